"""What a notice says when it goes out, and to which address."""
