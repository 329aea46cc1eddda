"""The output formats of a release, each in its own file: `render(release)` returns file name -> bytes.

`rendering` calls all of them, `manifest` lists the files for readers, `cells` is what they may publish, `words` has the
titles of codes. docs/how-to/add-a-format.md shows how to add one. Nothing is imported here: the libraries behind the
formats are heavy, and the service that only hands out finished files needs none of them.
"""
