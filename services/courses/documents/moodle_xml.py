"""Questions as Moodle exports them in XML."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from services.courses.documents import package
from services.courses.documents.questions import Answer, Collected, explained, matching, ordering, true_false
from services.courses.documents.reading import (
    Attachment,
    LeftOut,
    Part,
    Picture,
    Questions,
    ReadDocument,
    ReadLesson,
    Screen,
    Unreadable,
    Words,
    escaped,
)
from services.courses.documents.web_page import Page, plain
from services.courses.domain.content import Task

_PLAIN = ("plain_text", "markdown", "2", "4")


def read(data: bytes, title: str) -> ReadDocument:
    root = package.xml_of(data, "the file")
    if root.tag != "quiz":
        raise Unreadable("no questions", "DOCUMENT_TYPE")
    collected, parts = Collected(), list[Part]()
    for element in root.iterchildren("question"):
        kind = element.get("type", "")
        if kind == "description":
            parts += _page(element, "questiontext").parts
        elif kind != "category":
            _take(element, kind, collected)
    if collected.questions:
        parts.append(Questions(title, tuple(collected.questions)))
    lessons = (ReadLesson(title, tuple(Screen((part,)) for part in parts)),) if parts else ()
    return ReadDocument(lessons, collected.lefts())


def _take(element: Any, kind: str, collected: Collected) -> None:
    page = _page(element, "questiontext")
    pictures = [part for part in page.parts if isinstance(part, Picture)]
    prompt = _words(element, "questiontext") or _words(element, "name")
    for what, count in page.left.items():
        collected.left[what, prompt[:80]] += count
    more = [part for part in page.parts if isinstance(part, Attachment)]
    if len(pictures) > 1 or more:
        collected.left[LeftOut.FILE, prompt[:80]] += len(pictures[1:]) + len(more)
    answers = [_answer(each) for each in element.iterchildren("answer")]
    task = _task(element, kind, prompt, answers, collected)
    general = _markdown(element, "generalfeedback")
    if task is None:
        return collected.skip(f"{prompt} ({kind})")
    said = answers if kind != "matching" else []
    points = package.number(element.findtext("defaultgrade"), 1.0)
    collected.add(prompt, task, explained(general, said), points, next(iter(pictures), None))


def _task(element: Any, kind: str, prompt: str, answers: list[Answer], collected: Collected) -> Task | None:
    match kind:
        case "multichoice":
            single = (element.findtext("single") or "true").strip().lower() in ("true", "1")
            return collected.choice(prompt, answers, multiple=not single)
        case "truefalse":
            right = max(answers, key=lambda each: each.fraction, default=None)
            return true_false(right.text.lower() == "true") if right else None
        case "shortanswer":
            return collected.short_text(prompt, answers)
        case "numerical":
            tolerances = [each.findtext("tolerance") or "" for each in element.iterchildren("answer")]
            return collected.number(prompt, list(zip(answers, tolerances, strict=True)))
        case "matching":
            return matching([(_words(each), _words(each, "answer")) for each in element.iterchildren("subquestion")])
        case "ordering":
            steps = sorted(zip(answers, range(len(answers)), strict=True), key=lambda each: (each[0].fraction, each[1]))
            return ordering([answer.text for answer, _ in steps])
        case _:
            return None


def _answer(element: Any) -> Answer:
    return Answer(_words(element), package.number(element.get("fraction"), 0.0) / 100, _words(element, "feedback"))


def _words(element: Any, name: str = "") -> str:
    """As plain text, of the element or of its child."""
    found = element.find(name) if name else element
    if found is None:
        return ""
    text = found.findtext("text") or ""
    return text.strip() if found.get("format", "") in _PLAIN else plain(text)


def _markdown(element: Any, name: str) -> str:
    found = element.find(name)
    if found is not None and found.get("format", "") in _PLAIN:
        return escaped(found.findtext("text") or "")
    return "\n\n".join(part.markdown for part in _page(element, name).parts if isinstance(part, Words))


def _page(element: Any, name: str) -> Page:
    found = element.find(name)
    if found is None:
        return Page()
    files = dict(_files(found))
    return Page(lambda address: files.get(address.removeprefix("@@PLUGINFILE@@"))).take(found.findtext("text") or "")


def _files(element: Any) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for file in element.iterchildren("file"):
        name = file.get("name", "")
        try:
            data = base64.b64decode(file.text or "", validate=False)
        except (binascii.Error, ValueError):
            continue
        address = f"{(file.get('path') or '/').rstrip('/')}/{name}"
        yield address, (name, data)
        yield package.quoted(address), (name, data)
