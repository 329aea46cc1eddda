"""Pages for the staff of a centre: classes, applications, attendance."""
