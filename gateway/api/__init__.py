"""REST under /api/v1: each resource is a module with a `table` of operations; routes and description come of these."""
