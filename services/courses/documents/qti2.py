"""Questions in QTI 2 and 3, which differ in how they write names: choiceInteraction is qti-choice-interaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from services.courses.documents import package
from services.courses.documents.questions import Answer, Collected, matching, ordering
from services.courses.documents.reading import (
    LeftOut,
    Picture,
    Questions,
    ReadDocument,
    ReadLesson,
    Screen,
    Unreadable,
    Words,
)
from services.courses.documents.web_page import Find, Page, plain
from services.courses.domain.content import Task


def read(data: bytes, title: str) -> ReadDocument:
    root = package.xml_of(data, "the file")
    if not is_item(root):
        raise Unreadable("no question", "DOCUMENT_TYPE")
    collected = Collected()
    take(root, lambda address: None, collected)
    parts = (Questions(root.get("title", ""), tuple(collected.questions)),) if collected.questions else ()
    return ReadDocument((ReadLesson(root.get("title") or title, (Screen(parts),)),) if parts else (), collected.lefts())


def is_item(root: Any) -> bool:
    return _name(root) == "assessmentitem"


def item_addresses(test: Any) -> list[str]:
    """Of a test, in its order."""
    return [each.get("href", "") for each in _named(test, "assessmentitemref")]


def take(root: Any, find: Find, collected: Collected) -> None:
    title = root.get("title") or root.get("identifier") or "?"
    body = next(_named(root, "itembody"), None)
    interactions = [each for each in body.iter() if _name(each).endswith("interaction")] if body is not None else []
    if body is None or len(interactions) != 1:
        return collected.leave(LeftOut.QUESTION, title)
    interaction = interactions[0]
    kind = _name(interaction)
    prompt = _prompt(body, interaction)
    task = _KINDS[kind](root, interaction, prompt or title, collected) if kind in _KINDS else None
    if task is None:
        return collected.leave(LeftOut.QUESTION, f"{prompt or title} ({kind})")
    page = Page(find).take(_markup(body, without=interaction))
    for what, count in page.left.items():
        collected.leave(what, prompt, count)
    pictures = [part for part in page.parts if isinstance(part, Picture)]
    collected.leave(LeftOut.PICTURE, prompt, len(pictures[1:]))
    said = "\n\n".join(
        part.markdown
        for feedback in _named(root, "modalfeedback")
        for part in Page().take(_markup(feedback)).parts
        if isinstance(part, Words)
    )
    collected.add(prompt or title, task, said, 1.0, next(iter(pictures), None))


def _prompt(body: Any, interaction: Any) -> str:
    """The words around the interaction and those of its own prompt; a gap is shown where one types."""
    gap = "_____" if _name(interaction) == "textentryinteraction" else ""
    own = [plain(_markup(each)) for each in interaction if _name(each) == "prompt"]
    return "\n".join(filter(None, (plain(_markup(body, without=interaction, instead=gap)), *own)))


def _choice(root: Any, interaction: Any, prompt: str, collected: Collected) -> Task | None:
    right = _right(root, interaction)
    answers = [
        Answer(plain(_markup(each)), 1.0 if each.get("identifier") in right else 0.0)
        for each in _named(interaction, "simplechoice")
    ]
    most = interaction.get("maxChoices") or interaction.get("max-choices") or "1"
    return collected.choice(prompt, answers, multiple=most != "1", parts_count=False)


def _order(root: Any, interaction: Any, prompt: str, collected: Collected) -> Task | None:
    texts = {each.get("identifier"): plain(_markup(each)) for each in _named(interaction, "simplechoice")}
    right = _right(root, interaction)
    return ordering([texts[each] for each in right]) if set(right) == set(texts) else None


def _match(root: Any, interaction: Any, prompt: str, collected: Collected) -> Task | None:
    texts = {each.get("identifier", ""): plain(_markup(each)) for each in _named(interaction, "simpleassociablechoice")}
    pairs = [each.split() for each in _right(root, interaction)]
    if any(len(pair) != 2 for pair in pairs):
        return None
    sets = list(_named(interaction, "simplematchset"))
    decoys = [texts[each.get("identifier", "")] for each in sets[-1]] if len(sets) == 2 else []
    found = [(texts.get(left, ""), texts.get(right, "")) for left, right in pairs]
    return matching([*found, *(("", text) for text in decoys)])


def _text(root: Any, interaction: Any, prompt: str, collected: Collected) -> Task | None:
    declaration = _declaration(root, interaction)
    accepted = [Answer(text, 1.0) for text in _right(root, interaction)]
    best = max((package.number(each.get(key), 0.0) for each, key in _mapped(declaration)), default=0.0)
    for entry, key in _mapped(declaration):
        value = package.number(entry.get(key), 0.0)
        accepted.append(Answer(entry.get("mapKey") or entry.get("map-key") or "", value / best if best > 0 else 0.0))
    base = "" if declaration is None else declaration.get("baseType") or declaration.get("base-type") or ""
    if base in ("float", "integer"):
        return collected.number(prompt, [(each, "") for each in accepted[:1]])
    return collected.short_text(prompt, accepted)


_KINDS: dict[str, Callable[[Any, Any, str, Collected], Task | None]] = {
    "choiceinteraction": _choice,
    "orderinteraction": _order,
    "matchinteraction": _match,
    "textentryinteraction": _text,
}


def _mapped(declaration: Any) -> list[tuple[Any, str]]:
    if declaration is None:
        return []
    return [
        (each, "mappedValue" if each.get("mappedValue") is not None else "mapped-value")
        for each in _named(declaration, "mapentry")
    ]


def _declaration(root: Any, interaction: Any) -> Any:
    wanted = interaction.get("responseIdentifier") or interaction.get("response-identifier")
    return next((each for each in _named(root, "responsedeclaration") if each.get("identifier") == wanted), None)


def _right(root: Any, interaction: Any) -> list[str]:
    declaration = _declaration(root, interaction)
    correct = next(_named(declaration, "correctresponse"), None) if declaration is not None else None
    return [(each.text or "").strip() for each in _named(correct, "value")] if correct is not None else []


def _markup(element: Any, without: Any = None, instead: str = "") -> str:
    """What is within it, as HTML."""
    return (element.text or "") + "".join(_serialised(each, without, instead) for each in element)


def _serialised(element: Any, without: Any, instead: str) -> str:
    tail = _escaped(element.tail)
    if element is without or not isinstance(element.tag, str):
        return (instead if element is without else "") + tail
    name = etree.QName(element).localname
    attributes = "".join(f' {key}="{_escaped(value)}"' for key, value in element.attrib.items() if "}" not in key)
    inside = _escaped(element.text) + "".join(_serialised(each, without, instead) for each in element)
    return f"<{name}{attributes}>{inside}</{name}>{tail}"


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _name(element: Any) -> str:
    if not isinstance(element.tag, str):
        return ""
    return str(element.tag.rpartition("}")[2]).removeprefix("qti-").replace("-", "").lower()


def _named(element: Any, name: str) -> Iterator[Any]:
    return (each for each in element.iter() if _name(each) == name)
