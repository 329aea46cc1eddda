"""Pages for learners: home, catalogue, lessons, certificates."""
