"""What every request passes: authentication, sessions, CSRF, admission, compression, errors, monitoring."""
