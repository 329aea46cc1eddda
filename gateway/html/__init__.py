"""Rendering of pages: the template engine, Markdown, charts and assets."""
