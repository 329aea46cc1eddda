"""Reference data that an office loads: lists of areas, resident counts, capability assessments.

`load_*` are the commands and `csv_reading` reads their files; `store` has what was loaded. A list of area codes in a
new layout is read in `load_areas`.
"""
