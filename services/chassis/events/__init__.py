"""Events: the bus, the outbox that publishes, consumers that handle, dead letters."""
