"""Pages for administrators: people and roles, places, audit log, dead letters."""
