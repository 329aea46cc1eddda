"""Signing in with a city's own accounts: OpenID Connect, authorisation code with PKCE.

`tokens` checks what a provider signed, `provider` speaks with one, `journey` is what a browser carries there and back,
`routes` are the two addresses in between.
"""
