"""Reference data that an office loads: lists of areas, resident counts, capability assessments."""
