"""MongoDB: entities with their outbox, batched reads and writes, pages."""
