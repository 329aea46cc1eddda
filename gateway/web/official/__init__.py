"""Pages for officials: the live table, releases, recipients and deliveries."""
