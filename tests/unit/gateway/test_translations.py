"""Words that a template says are translated when it is compiled."""

from __future__ import annotations

import pytest

from gateway.html.render import environment, locales


@pytest.mark.parametrize("call", ['_("Sign in")', 'gettext("Sign in")', '"" ~ _("Sign in")'])
def test_constant_words_are_translated_when_a_template_is_compiled(call: str) -> None:
    code = environment(locales()["ko"]).compile(f"<b>{{{{ {call} }}}}</b>", raw=True)
    assert locales()["ko"].gettext("Sign in") in code
    assert "gettext" not in code


def test_words_with_variables_are_translated_when_a_page_is_rendered() -> None:
    template = environment(locales()["en"]).from_string('{{ _("%(n)s of 100%%", n=n) }}, {{ _("100%%") }}')
    assert template.render(n="<9>") == "&lt;9&gt; of 100%, 100%"
