"""Pages for instructors and reviewers: courses, lessons, preview, class grid, review."""
