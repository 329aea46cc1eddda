"""REST under /api/v1. Each resource is a module with a `table` of operations, which become routes and OpenAPI."""
