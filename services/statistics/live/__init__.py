"""The live table: an official's question, counted in memory and answered at once."""
