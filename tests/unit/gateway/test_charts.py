from __future__ import annotations

from xml.etree import ElementTree

import pytest

from gateway.html import charts

AGES = ["20s", "70 and older"]
HIDDEN = "Not shown"


def words(drawing: str) -> list[str]:
    """Return the words drawn; fails when the drawing is not well-formed."""
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter("text")]  # noqa: S314  # our own


def test_bars_say_their_numbers_and_what_is_hidden() -> None:
    drawing = charts.bars("a", "Rate", "By age", AGES, [("Women", [0.5, None])], lambda share: f"{share:.0%}", HIDDEN)
    assert words(drawing) == ["20s", "50%", "70 and older", HIDDEN]
    assert 'fill="url(#a-hidden)"' in drawing
    assert charts.withheld([("Women", [0.5, None])])


def test_a_line_stops_where_a_number_is_hidden() -> None:
    series: list[charts.Series] = [("People", [1, 2, None, 4, 5])]
    drawing = charts.lines("a", "People", "By quarter", ["1", "2", "3", "4", "5"], series, str, HIDDEN)
    assert drawing.count('class="line l1"') == 2
    assert HIDDEN in words(drawing)


def test_of_several_lines_the_hidden_point_names_its_own() -> None:
    series: list[charts.Series] = [("Residents", [1, None]), ("Employees", [3, 4])]
    assert f"{HIDDEN}: Residents" in words(charts.lines("a", "t", "d", ["1", "2"], series, str, HIDDEN))


def test_a_tile_says_its_number_or_that_it_is_hidden() -> None:
    drawing = charts.tiles("a", "t", "d", [("Solbat", 0, 0, 8), ("Baram", 1, 0, None)], str, HIDDEN)
    assert words(drawing) == ["Solbat", "8", "Baram", HIDDEN]


def test_a_chart_of_nothing_but_hidden_numbers_is_drawn() -> None:
    assert words(charts.bars("a", "t", "d", AGES, [("Women", [None, None])], str, HIDDEN)).count(HIDDEN) == 2


def test_names_cannot_break_out_of_the_drawing() -> None:
    drawing = charts.bars("a", "<b>", '"&', ["</svg><script>"], [("x", [1])], str, HIDDEN)
    assert words(drawing)[0] == "</svg><script>"
    assert " style=" not in drawing


@pytest.mark.parametrize(("most", "top"), [(0, 1), (0.83, 1), (0.2, 0.2), (7, 10), (23, 25), (466, 500), (1204, 2000)])
def test_an_axis_ends_at_a_round_number(most: float, top: float) -> None:
    assert charts.ceiling([("x", [most, None])]) == pytest.approx(top)
