"""The pages. Each module has its `routes`; the order here is the order in which they are asked."""
