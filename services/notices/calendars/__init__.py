"""Calendar files: feeds, and the entry that comes with a confirmed seat."""
