"""Who someone is: accounts, sessions, tokens, roles, equality answers, audit log, and the places people belong to."""
