"""Rules of the live table: what may be asked, how it is counted, what is hidden. Pure."""
