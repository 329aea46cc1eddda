"""The rules of courses, one concept a file, as pure functions over frozen values."""
