"""Courses with drafts and versions, and media, as documents."""
