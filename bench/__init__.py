"""How fast Ieum is, and what bounds it: `make bench`. May look into every room; nothing looks in here."""
