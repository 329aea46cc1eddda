"""Every text that a person may read is in Korean too, whole and with the same gaps to fill."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from gateway.html.render import environment, locales
from gateway.language import i18n
from gateway.language.i18n import Locale, identity, translated
from gateway.language.messages import extract, read_messages

GAP = re.compile(r"%\(\w+\)s|%%")


def korean() -> Iterator[tuple[str, Message]]:
    return read_messages("ko")


def test_everything_said_is_said_in_korean() -> None:
    done = {(message.context, identity(message)) for _, message in korean() if translated(message)}
    missing = [f"{use.file}:{use.line}: {use.key[1]!r}" for use in extract() if use.key not in done]
    assert not missing, "without Korean:\n" + "\n".join(missing)


def test_no_catalogue_holds_what_nobody_says() -> None:
    known = {use.key for use in extract()}
    unused = [f"{file}: {identity(m)!r}" for file, m in korean() if (m.context, identity(m)) not in known]
    assert not unused, "used nowhere:\n" + "\n".join(unused)


def test_a_message_stands_in_the_catalogue_of_the_room_that_uses_it_first() -> None:
    groups = {use.key: f"{use.group}.po" for use in extract()}
    elsewhere = [
        f"{file}: {identity(m)!r}, not in {groups[m.context, identity(m)]}"
        for file, m in korean()
        if groups.get((m.context, identity(m)), file) != file
    ]
    assert not elsewhere, "run `make messages`:\n" + "\n".join(elsewhere)


def test_no_translation_is_left_unsure() -> None:
    assert not [f"{file}: {message.id!r}" for file, message in korean() if message.fuzzy]


def test_a_translation_has_the_gaps_of_its_message() -> None:
    wrong = [
        f"{file}: {identity(message)!r} -> {form!r}"
        for file, message in korean()
        for form in translated(message)
        if not set(GAP.findall(form)) <= _gaps(message) or _gaps(message) - set(GAP.findall(form)) - {"%(count)s"}
    ]
    assert not wrong, "gaps differ:\n" + "\n".join(wrong)


def test_every_template_is_made_in_korean() -> None:
    """Constant texts are translated when a template is compiled: a sign of per cent that stands alone stops it."""
    korean_pages = environment(locales()["ko"])
    for name in korean_pages.list_templates(extensions=["html"]):
        korean_pages.get_template(name)


def _gaps(message: Message) -> set[str]:
    forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    return {gap for form in forms for gap in GAP.findall(form)}


def test_two_files_may_not_translate_one_message_in_two_ways(tmp_path: Path) -> None:
    (tmp_path / "ko").mkdir()
    for name, word in (("a", "과정"), ("b", "강좌")):
        (tmp_path / "ko" / f"{name}.po").write_text(f'msgid "Courses"\nmsgstr "{word}"\n')
    with pytest.raises(ValueError, match="Courses"):
        i18n.read("ko", tmp_path)


def test_an_unfinished_translation_falls_back_to_english(tmp_path: Path) -> None:
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "a.po").write_text('#, fuzzy\nmsgid "Courses"\nmsgstr "과정"\n\nmsgid "Learners"\nmsgstr ""\n')
    locale = i18n.load(tmp_path)["ko"]
    assert [locale.gettext("Courses"), locale.gettext("Learners")] == ["Courses", "Learners"]


def test_a_plural_follows_the_rule_of_its_language() -> None:
    english, korean_ = i18n.load()["en"], i18n.load()["ko"]
    assert [english.duration(minutes) for minutes in (0, 1, 60, 125)] == [
        "0 minutes",
        "1 minute",
        "1 hour",
        "2 hours 5 minutes",
    ]
    assert [korean_.duration(minutes) for minutes in (0, 1, 60, 125)] == ["0분", "1분", "1시간", "2시간 5분"]


def test_numbers_and_times_read_as_people_write_them() -> None:
    moment = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
    korean_, english = Locale("ko"), Locale("en")
    assert korean_.datetime(moment) == "2026년 11월 23일 오후 2:30"
    assert english.date(moment) == "23 November 2026"
    assert [english.number(1234.5, 1), english.percent(0.256), korean_.percent(1, 0)] == ["1,234.5", "25.6%", "100%"]


@pytest.mark.parametrize(
    ("texts", "picked"),
    [
        ({"ko": "사진", "en": "Photos"}, ("사진", "ko")),
        ({"en": "Photos", "vi": "Ảnh"}, ("Photos", "en")),
        ({"vi": "Ảnh"}, ("Ảnh", "vi")),
        ({"ko": "", "en": "Photos"}, ("Photos", "en")),
        ({}, ("", "ko")),
    ],
)
def test_a_text_is_picked_in_the_language_nearest_to_the_reader(texts: dict[str, str], picked: tuple[str, str]) -> None:
    assert Locale("ko").pick(texts) == picked


def test_an_author_may_name_the_language_to_fall_back_to() -> None:
    assert Locale("ko").pick({"en": "Photos", "vi": "Ảnh"}, "vi") == ("Ảnh", "vi")
