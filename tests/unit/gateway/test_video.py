from __future__ import annotations

import pytest

from gateway.html.render import environment
from gateway.language.i18n import Locale


@pytest.mark.parametrize(
    ("address", "fetched", "says"),
    [("https://films.example/a.webm", "none", "films.example"), ("/media/abc", "metadata", "")],
)
def test_a_film_of_another_host_is_fetched_when_it_is_played_and_says_so(address: str, fetched: str, says: str) -> None:
    """ASVS review, L12: until then that host hears of nobody who opens the lesson."""
    macros = environment(Locale("en")).get_template("course/content_macros.html").module
    shown = str(macros.video(address, "A film", [], "What is said"))  # type: ignore[attr-defined]
    assert f'preload="{fetched}"' in shown
    assert ("is on" in shown) == bool(says)
    assert says in shown
