"""The statistician's command line, `python -m services.statistics`: `parser` lists the commands and their options."""
