"""The kinds of quiz questions, as pages tell them apart: those of courses, a choice with several right answers, and
choices and pairs that are answered on a picture."""

from __future__ import annotations

from ieum.courses.v1.content_pb2 import Item

KINDS = (
    "choice",
    "multiple",
    "true_false",
    "short_text",
    "gaps",
    "number",
    "matching",
    "ordering",
    "hotspot",
    "placement",
)
"""In the order in which authors choose from them."""


_PROTOCOL = {"multiple": "choice", "hotspot": "choice", "placement": "matching"}


def kind_of(item: Item) -> str:
    match item.WhichOneof("kind"):
        case "choice" if item.choice.on_picture:
            return "hotspot"
        case "choice" if item.choice.multiple:
            return "multiple"
        case "matching" if item.matching.on_picture:
            return "placement"
        case kind:
            return str(kind or "short_text")


def begin(item: Item, kind: str) -> None:
    """Makes it an empty question of the kind."""
    getattr(item, _PROTOCOL.get(kind, kind)).SetInParent()
    if kind == "multiple":
        item.choice.multiple = True
    if kind == "hotspot":
        item.choice.on_picture = True
    if kind == "placement":
        item.matching.on_picture = True


def earns_by_parts(item: Item) -> bool:
    """Whether points are given for parts of an answer."""
    kind = kind_of(item)
    return kind in ("gaps", "placement") or (kind == "hotspot" and item.choice.multiple)
