"""Rules about people as pure functions over values; time, ids and hashes come in as arguments."""
