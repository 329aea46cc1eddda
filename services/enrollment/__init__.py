"""Who takes what, and where they lived when they began."""
