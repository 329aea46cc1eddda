"""The questions of a Moodle backup, found as its quizzes name them: by entry of the bank since 4.0, by id before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.courses.documents import package
from services.courses.documents.archive import Archive
from services.courses.documents.moodle_questions import MoodleQuestion, Text
from services.courses.documents.questions import Answer
from services.courses.documents.web_page import Find

_FORMS = {"2": "plain", "4": "markdown"}


class Bank:
    def __init__(self, archive: Archive, find: Callable[[str], Find]) -> None:
        self._find = find
        self._by_id: dict[str, Any] = {}
        self._by_entry: dict[str, Any] = {}
        root = archive.xml("questions.xml") if "questions.xml" in archive else None
        for question in root.iter("question") if root is not None else ():
            self._by_id[question.get("id", "")] = question
        for entry in root.iter("question_bank_entry") if root is not None else ():
            newest = max(entry.iter("question_versions"), key=_version, default=None)
            question = newest.find(".//question") if newest is not None else None
            if question is not None:
                self._by_entry[entry.get("id", "")] = question

    def question(self, instance: Any) -> MoodleQuestion | None:
        """None for a random one, and for what the backup lacks."""
        entry = instance.findtext(".//questionbankentryid")
        element = self._by_entry.get(entry) if entry else self._by_id.get(instance.findtext("questionid") or "")
        return None if element is None else self._read(element)

    def _read(self, element: Any) -> MoodleQuestion:
        kind = element.findtext("qtype") or ""
        answers = list(element.iter("answer")) if kind != "match" else []
        tolerances = {each.findtext("answer"): each.findtext("tolerance") for each in element.iter("numerical_record")}
        is_true = element.findtext(".//trueanswer")
        return MoodleQuestion(
            kind,
            element.findtext("name") or "",
            _text(element, "questiontext"),
            _text(element, "generalfeedback"),
            package.number(element.findtext("defaultmark"), 1.0),
            [_answer(each, is_true) for each in answers if each.find("answertext") is not None],
            (element.findtext(".//single") or "1") == "1",
            [tolerances.get(each.get("id")) or "" for each in answers if each.find("answertext") is not None],
            [
                (_text(each, "questiontext").words, each.findtext("answertext") or "")
                for each in element.iter("match")
                if each.find("answertext") is not None
            ],
            self._find(element.get("id", "")),
        )


def _version(versions: Any) -> int:
    return int(package.number(versions.findtext("version"), 0.0))


def _answer(element: Any, is_true: str | None) -> Answer:
    words = _text(element, "answertext", "answerformat").words
    if is_true:
        words = "true" if element.get("id") == is_true else "false"
    fraction = package.number(element.findtext("fraction"), 0.0)
    return Answer(words, fraction, _text(element, "feedback").words)


def _text(element: Any, name: str, form: str = "") -> Text:
    text = element.findtext(name) or ""
    return Text(text, _FORMS.get(element.findtext(form or f"{name}format") or "", "html"))
