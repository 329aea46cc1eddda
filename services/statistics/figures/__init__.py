"""What a figure is and how it is computed. Pure: no I/O and no clock.

`measures` (counts and rates of `cohort`s), `coverage`, `gain`, `gap`, `concentration`, `composite` and `capability` are
the methods; `rounding` and `intervals` are shared by all. `dimensions` has the code lists, `observation` the content of
a release, `refusal` the error for bad input.
"""
