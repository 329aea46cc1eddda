"""Records of learners and plans of courses, as documents."""
