"""What a notice is, how it fares, whom it goes to and when. Pure."""
