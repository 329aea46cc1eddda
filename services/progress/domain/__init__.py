"""The rules of learning: what counts as opened, passed, done and complete, each decided in one place."""
