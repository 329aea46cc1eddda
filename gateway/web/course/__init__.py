"""How a course looks, for learner and author alike: card, outline, screen, question."""
