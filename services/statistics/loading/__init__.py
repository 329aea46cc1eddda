"""`load-areas`, `load-population`, `load-capability`: an office's own tables, whole or not at all, each version kept.

A file is checked to its last line before anything is written; what refers to a table is written last, so that a load
that is cut off leaves nothing that anybody reads.
"""
