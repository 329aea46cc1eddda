"""Pages of an account: sign in, register, details, API tokens."""
