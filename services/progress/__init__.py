"""How far learners are, and what that earns."""
