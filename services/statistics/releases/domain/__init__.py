"""Rules of a release's life and of the figures it holds. Pure."""
