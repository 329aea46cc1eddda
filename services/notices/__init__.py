"""Notices: sends what other services ask for, by mail, at least once and under one name."""
