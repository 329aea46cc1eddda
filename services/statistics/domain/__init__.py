"""What the figures mean and which of them may be shown: pure functions over values, no clock, no I/O."""
