"""Files that pages and the API both hand out: certificates, class grids, tables as CSV."""
