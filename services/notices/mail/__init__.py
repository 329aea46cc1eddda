"""The mail channel: its settings, what a mail looks like, and the mail server."""
