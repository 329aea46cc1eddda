"""The kinds of quiz questions, as pages tell them apart: those of courses, and a choice with several right answers."""

from __future__ import annotations

from ieum.courses.v1.content_pb2 import Item

KINDS = ("choice", "multiple", "true_false", "short_text", "number", "matching", "ordering")
"""In the order in which authors choose from them."""


def kind_of(item: Item) -> str:
    kind = str(item.WhichOneof("kind") or "short_text")
    return "multiple" if kind == "choice" and item.choice.multiple else kind
