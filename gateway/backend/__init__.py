"""The services as the gateway asks them, and what it caches of their answers."""
