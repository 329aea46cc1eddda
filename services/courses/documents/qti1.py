"""Questions in QTI 1.2, as Common Cartridges and Canvas have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.courses.documents import package
from services.courses.documents.questions import Answer, Collected, matching, true_false
from services.courses.documents.reading import (
    Attachment,
    LeftOut,
    Picture,
    Questions,
    ReadDocument,
    ReadLesson,
    Screen,
    Unreadable,
    Words,
    escaped,
)
from services.courses.documents.web_page import Find, Page, plain
from services.courses.domain.content import Task

_TRUE, _FALSE = ("true", "참", "맞음", "○"), ("false", "거짓", "틀림", "×")


def read(data: bytes, title: str) -> ReadDocument:
    root = package.xml_of(data, "the file")
    if _name(root) != "questestinterop":
        raise Unreadable("no questions", "DOCUMENT_TYPE")
    collected = Collected()
    title = take(root, lambda address: None, collected) or title
    parts = (Questions(title, tuple(collected.questions)),) if collected.questions else ()
    return ReadDocument((ReadLesson(title, (Screen(parts),)),) if parts else (), collected.lefts())


def take(root: Any, find: Find, collected: Collected) -> str:
    """All items, in however many sections they stand; what is returned is the title."""
    for item in _named(root, "item"):
        _Item(item, find, collected).take()
    titled = next((each for each in root.iter() if _name(each) in ("assessment", "objectbank")), None)
    return "" if titled is None else titled.get("title", "")


class _Item:
    def __init__(self, item: Any, find: Find, collected: Collected) -> None:
        self._item, self._find, self._collected = item, find, collected
        self._fields = {
            "".join(_texts(field, "fieldlabel")).strip(): "".join(_texts(field, "fieldentry")).strip()
            for field in _named(item, "qtimetadatafield")
        }
        self._presentation = next(_named(item, "presentation"), None)

    def take(self) -> None:
        if self._presentation is None:
            return self._collected.leave(LeftOut.QUESTION, self._item.get("title", "?"))
        page = Page(self._find)
        for material in self._materials():
            self._add(page, material)
        page.end()
        prompt = "\n".join(filter(None, (_words(each) for each in self._materials()))) or self._item.get("title", "")
        for what, count in page.left.items():
            self._collected.leave(what, prompt, count)
        pictures = [part for part in page.parts if isinstance(part, Picture)]
        files = [part for part in page.parts if isinstance(part, Attachment)]
        self._collected.leave(LeftOut.FILE, prompt, len(pictures[1:]) + len(files))
        task = self._task(prompt)
        if task is None:
            return self._collected.leave(LeftOut.QUESTION, f"{prompt} ({self._kind or '?'})")
        points = package.number(self._fields.get("cc_weighting") or self._fields.get("points_possible"), 1.0)
        self._collected.add(prompt, task, self._explanation(), points, next(iter(pictures), None))

    @property
    def _kind(self) -> str:
        return self._fields.get("cc_profile") or self._fields.get("question_type") or ""

    def _materials(self) -> Iterator[Any]:
        """Of the question itself, not of its answers."""
        answers = ("response_lid", "response_str", "response_num", "response_grp", "render_choice", "render_fib")
        for material in _named(self._presentation, "material"):
            if not any(_name(each) in answers for each in material.iterancestors()):
                yield material

    @staticmethod
    def _add(page: Page, material: Any) -> None:
        for text in material:
            if _name(text) == "mattext":
                is_html = text.get("texttype", "") == "text/html"
                page.take(text.text or "") if is_html else page.words(escaped(text.text or ""))
            elif _name(text) == "matimage":
                found = page.find(text.get("uri", ""))
                if found:
                    page.file(Picture(found[1], text.get("label", "")))
                else:
                    page.left[LeftOut.PICTURE] += 1

    def _task(self, prompt: str) -> Task | None:
        choices = list(_named(self._presentation, "response_lid"))
        if len(choices) > 1:
            return self._matching(choices)
        if choices:
            return self._choice(prompt, choices[0])
        if next(_named(self._presentation, "response_str"), None) is None:
            return None
        if self._kind in ("cc.essay.v0p1", "essay_question") or (
            "short_answer" not in self._kind and not self._right()
        ):
            return None
        if self._kind == "numerical_question":
            return self._number(prompt)
        if self._kind == "cc.pattern_match.v0p1":
            self._collected.leave(LeftOut.PARTIAL_CREDIT, prompt)
        return self._collected.short_text(prompt, [Answer(value, 1.0) for _, value in self._right()])

    def _choice(self, prompt: str, choice: Any) -> Task | None:
        labels = [(label.get("ident", ""), _words(label)) for label in _named(choice, "response_label")]
        right = {value for _, value in self._right()}
        answers = [Answer(text, 1.0 if ident in right else 0.0) for ident, text in labels]
        words = [text.strip().lower() for _, text in labels]
        if "true_false" in self._kind or (
            len(words) == 2 and any(each in _TRUE for each in words) and any(each in _FALSE for each in words)
        ):
            chosen = next((text.strip().lower() for ident, text in labels if ident in right), "")
            return true_false(chosen in _TRUE) if chosen in (*_TRUE, *_FALSE) else None
        multiple = choice.get("rcardinality", "Single").lower() == "multiple"
        return self._collected.choice(prompt, [*answers], multiple=multiple, parts_count=False)

    def _matching(self, choices: list[Any]) -> Task | None:
        right = dict(self._right())
        pairs = []
        decoys: dict[str, None] = {}
        for choice in choices:
            labels = {label.get("ident", ""): _words(label) for label in _named(choice, "response_label")}
            left = "\n".join(_words(material) for material in choice if _name(material) == "material")
            pairs.append((left, labels.get(right.get(choice.get("ident", ""), ""), "")))
            decoys |= dict.fromkeys(labels.values())
        return matching([*pairs, *(("", text) for text in decoys)])

    def _number(self, prompt: str) -> Task | None:
        lowest = [package.number(text, 0.0) for text in _texts(self._item, "vargte")]
        highest = [package.number(text, 0.0) for text in _texts(self._item, "varlte")]
        value = self._right()[0][1]
        spread = max(highest[0] - package.number(value, 0.0), 0.0) if lowest and highest else 0.0
        return self._collected.number(prompt, [(Answer(value, 1.0), f"{spread:g}")])

    def _right(self) -> list[tuple[str, str]]:
        """What earns points: the response's name and its value. What stands in a `not` must not be chosen."""
        found = []
        for condition in _named(self._item, "respcondition"):
            earned = [package.number(text, 0.0) for text in _texts(condition, "setvar")]
            if not earned or max(earned) <= 0:
                continue
            for each in condition.iter():
                if _name(each) in ("varequal", "varsubset") and not any(
                    _name(above) == "not" for above in each.iterancestors()
                ):
                    found.append((each.get("respident", ""), (each.text or "").strip()))
        return list(dict.fromkeys(found))

    def _explanation(self) -> str:
        said: list[str] = []
        for feedback in _named(self._item, "itemfeedback"):
            page = Page()
            for material in _named(feedback, "material"):
                self._add(page, material)
            said += [part.markdown for part in page.end().parts if isinstance(part, Words)]
        return "\n\n".join(dict.fromkeys(said))


def _words(element: Any) -> str:
    found = []
    for text in _named(element, "mattext"):
        found.append(plain(text.text or "") if text.get("texttype", "") == "text/html" else (text.text or "").strip())
    return "\n".join(filter(None, found))


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _named(element: Any, name: str) -> Iterator[Any]:
    return (each for each in element.iter() if _name(each) == name)


def _texts(element: Any, name: str) -> list[str]:
    return [each.text or "" for each in _named(element, name)]
