"""Reads documents of offices (Word, PowerPoint, Hangul) as draft lessons.

`python -m services.courses.documents` does it in a process of its own with little memory and time, because these files
come from anywhere.
"""
