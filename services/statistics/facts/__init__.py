"""Facts: one pseudonymous record per enrolment, kept from the events of the other services."""
