"""The statistician's command line: `python -m services.statistics`."""
