"""Protobuf messages to values of the domain and back."""
