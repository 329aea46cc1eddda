"""Distribution: the offices that receive a release by mail, and what became of each delivery."""
