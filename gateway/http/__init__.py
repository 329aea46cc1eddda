"""Middlewares: authentication, sessions, CSRF, admission, compression, errors, monitoring. Knows no templates."""
