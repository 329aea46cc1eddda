"""Polls, and how their ballots are sealed. Pure."""
