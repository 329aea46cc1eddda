"""Areas: the tree, official code lists, and how merged, divided and renamed areas are compared over time. Pure."""
