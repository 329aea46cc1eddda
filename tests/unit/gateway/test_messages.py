"""`make messages` adds, moves and removes messages; a translation is never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.language import i18n
from gateway.language.messages import Use, extract, group_of, update

CODE = """
say(gettext("Courses"))
say(ngettext("%(count)s learner", "%(count)s learners", 2))
say(pgettext("verb", "Open"))
"""


@pytest.fixture
def uses(tmp_path: Path) -> list[Use]:
    room = tmp_path / "gateway" / "web" / "learner"
    room.mkdir(parents=True)
    (room / "home.py").write_text(CODE)
    return extract(tmp_path / "gateway")


def _catalogue(root: Path, name: str, text: str) -> None:
    (root / "ko").mkdir(parents=True, exist_ok=True)
    (root / "ko" / f"{name}.po").write_text(text)


def test_each_text_of_the_code_is_extracted_with_its_plural_and_context(uses: list[Use]) -> None:
    assert [(use.id, use.context, use.group) for use in uses] == [
        ("Courses", None, "learner"),
        (("%(count)s learner", "%(count)s learners"), None, "learner"),
        ("Open", "verb", "learner"),
    ]


def test_a_translation_moves_to_the_room_that_uses_it(uses: list[Use], tmp_path: Path) -> None:
    _catalogue(tmp_path, "old", 'msgid "Courses"\nmsgstr "과정"\n')
    missing, removed = update("ko", uses, tmp_path)
    assert [path.name for path in (tmp_path / "ko").iterdir()] == ["learner.po"]
    assert i18n.read("ko", tmp_path)[(None, "Courses")] == ("과정",)
    assert (len(missing), removed) == (2, [])


def test_a_message_used_nowhere_is_removed_and_reported(uses: list[Use], tmp_path: Path) -> None:
    _catalogue(tmp_path, "learner", 'msgid "Lessons"\nmsgstr "수업"\n')
    assert update("ko", uses, tmp_path)[1] == ["Lessons"]
    assert "수업" not in (tmp_path / "ko" / "learner.po").read_text()


def test_an_unsure_translation_stays_unsure_with_its_comment(uses: list[Use], tmp_path: Path) -> None:
    _catalogue(tmp_path, "learner", '# or 강좌?\n#, fuzzy\nmsgid "Courses"\nmsgstr "과정"\n')
    missing, _ = update("ko", uses, tmp_path)
    assert "web/learner/home.py:2: Courses" in missing
    assert '# or 강좌?\n#, fuzzy\nmsgid "Courses"\nmsgstr "과정"' in (tmp_path / "ko" / "learner.po").read_text()


def test_a_second_run_changes_nothing(uses: list[Use], tmp_path: Path) -> None:
    update("vi", uses, tmp_path)
    before = (tmp_path / "vi" / "learner.po").read_bytes()
    update("vi", uses, tmp_path)
    assert (tmp_path / "vi" / "learner.po").read_bytes() == before


def test_a_folder_makes_a_language_named_in_itself(tmp_path: Path) -> None:
    for tag in ("vi", "ko", "zh-Hans"):
        (tmp_path / tag).mkdir()
    assert list(i18n.languages_of(tmp_path).items()) == [
        ("ko", "한국어"),
        ("en", "English"),
        ("vi", "Tiếng Việt"),
        ("zh-Hans", "中文 (简体)"),
    ]


@pytest.mark.parametrize(
    ("file", "group"),
    [
        ("web/learner/home.py", "learner"),
        ("web/site/base.html", "site"),
        ("language/problems/accounts.py", "problems"),
        ("language/i18n.py", "language"),
        ("documents/certificate.py", "documents"),
    ],
)
def test_a_catalogue_is_named_for_a_room(file: str, group: str) -> None:
    assert group_of(file) == group
