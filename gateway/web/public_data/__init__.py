"""Published statistics, for everybody: releases, tables, files."""
