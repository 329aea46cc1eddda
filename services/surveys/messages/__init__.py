"""Everything between protobuf and the domain."""
