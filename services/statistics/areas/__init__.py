"""Areas: the tree, official code lists, and how merged, divided and renamed areas are compared over time. Pure.

`code_lists` is the model of a list over time; `registration_codes` reads that of Korea's registration office (another
office's list gets a module beside it); `changes` follows areas between two days; `geography` has a release's areas.
"""
