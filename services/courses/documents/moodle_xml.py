"""Questions as Moodle exports them in XML."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from services.courses.documents import package
from services.courses.documents.moodle_questions import MoodleQuestion, Text, take
from services.courses.documents.questions import Answer, Collected
from services.courses.documents.reading import Part, Questions, ReadDocument, ReadLesson, Screen, Unreadable

_FORMS = {"plain_text": "plain", "markdown": "markdown"}


def read(data: bytes, title: str) -> ReadDocument:
    root = package.xml_of(data, "the file")
    if root.tag != "quiz":
        raise Unreadable("no questions", "DOCUMENT_TYPE")
    collected, parts = Collected(), list[Part]()
    for element in root.iterchildren("question"):
        kind = element.get("type", "")
        if kind == "description":
            parts += _question(element, kind).description()
        elif kind != "category":
            take(_question(element, kind), collected)
    if collected.questions:
        parts.append(Questions(title, tuple(collected.questions)))
    lessons = (ReadLesson(title, tuple(Screen((part,)) for part in parts)),) if parts else ()
    return ReadDocument(lessons, collected.lefts())


def _question(element: Any, kind: str) -> MoodleQuestion:
    files = dict(_files(element.find("questiontext")))
    return MoodleQuestion(
        kind,
        _text(element, "name", "plain").words,
        _text(element, "questiontext"),
        _text(element, "generalfeedback"),
        package.number(element.findtext("defaultgrade"), 1.0),
        [_answer(each) for each in element.iterchildren("answer")],
        (element.findtext("single") or "true").strip().lower() in ("true", "1"),
        [each.findtext("tolerance") or "" for each in element.iterchildren("answer")],
        [(_text(each).words, _text(each, "answer").words) for each in element.iterchildren("subquestion")],
        lambda address: files.get(address.removeprefix("@@PLUGINFILE@@")),
    )


def _answer(element: Any) -> Answer:
    fraction = package.number(element.get("fraction"), 0.0) / 100
    return Answer(_text(element).words, fraction, _text(element, "feedback").words)


def _text(element: Any, name: str = "", form: str = "html") -> Text:
    """Of the element, or of its child."""
    found = element.find(name) if name else element
    if found is None:
        return Text()
    return Text(found.findtext("text") or "", _FORMS.get(found.get("format", ""), form))


def _files(element: Any) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for file in element.iterchildren("file") if element is not None else ():
        name = file.get("name", "")
        try:
            data = base64.b64decode(file.text or "", validate=False)
        except (binascii.Error, ValueError):
            continue
        address = f"{(file.get('path') or '/').rstrip('/')}/{name}"
        yield address, (name, data)
        yield package.quoted(address), (name, data)
