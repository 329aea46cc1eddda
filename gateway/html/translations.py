"""Translates constant words when a template is compiled instead of each time a page is rendered.

`_("Sign in")` has one value for each language, and each language has a template environment of its own. So this Jinja
extension replaces such a call in the token stream by its translation, `("로그인"|safe)`, which Jinja's optimiser turns
into a constant. Calls with variables or plural forms stay calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from gateway.language.i18n import Locale

_CALLS = {
    ("name", "lparen", "string", "rparen"): ("_", "gettext"),
    ("name", "lparen", "string", "comma", "string", "rparen"): ("pgettext",),
}


class ConstantTranslations(Extension):
    """The environment carries the language: `environment.extend(locale=...)`."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        tokens = list(stream)
        start = 0
        while start < len(tokens):
            call = [] if tokens[start - 1].type == "dot" else _constant_call(tokens, start)
            yield from self._translation(call) if call else tokens[start : start + 1]
            start += len(call) or 1

    def _translation(self, call: list[Token]) -> Iterator[Token]:
        locale: Locale = self.environment.locale  # type: ignore[attr-defined]  # added by `extend`
        words = [token.value for token in call if token.type == "string"]
        text = (locale.pgettext if len(words) == 2 else locale.gettext)(*words)
        # As newstyle gettext does, "%%" becomes "%".
        translated = (("lparen", "("), ("string", text % {}), ("pipe", "|"), ("name", "safe"), ("rparen", ")"))
        return (Token(call[0].lineno, kind, value) for kind, value in translated)


def _constant_call(tokens: list[Token], start: int) -> list[Token]:
    for kinds, names in _CALLS.items():
        call = tokens[start : start + len(kinds)]
        if call[0].value in names and tuple(token.type for token in call) == kinds:
            return call
    return []
