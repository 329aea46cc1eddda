"""Statistical disclosure control: which figures may be shown, by primary and secondary suppression. Pure.

`policy` has the thresholds and the primary rule, `sensitive_cells` applies it to persons in `linked_tables`.
`suppression` finds the optimal secondary suppression of one table, `patterns` a good one of large linked tables;
`alternatives` are their linear programmes. `decisions` does all of it for one part of a release.
"""
