"""The rules of classes, one concept a file, as pure functions over frozen values."""
