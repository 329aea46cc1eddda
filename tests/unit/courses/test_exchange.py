from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from services.chassis.errors import Invalid
from services.courses.domain.content import Block, Content, Text
from services.courses.messages import exchange
from tests.unit.courses.builders import content, lesson

WHOLE = content(lesson())


def test_content_comes_back_as_it_went() -> None:
    packed = exchange.dump(WHOLE, {})
    assert exchange.load(packed, {}) == WHOLE
    assert exchange.dump(exchange.load(packed, {}), {}) == packed


def test_files_get_their_names_also_in_the_middle_of_a_text() -> None:
    text = content(lesson("first", Block("b", Text({"ko": "a\nmedia/old ![](/media/old) media/older"}))))
    assert exchange.media_in(text) == ["old", "older", "picture"]
    renamed = exchange.load(exchange.dump(text, {"old": "new"}), {"older": "newer"})
    body = renamed.lessons[0].blocks[0].body
    assert body == Text({"ko": "a\nmedia/new ![](/media/new) media/newer"})


def changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(exchange.dump(WHOLE, {})) | changes).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "PACKAGE_BROKEN"),
        (b"[" * 100_000, "PACKAGE_BROKEN"),
        (b"\xff\xfe", "PACKAGE_BROKEN"),
        (changed(title={"ko": "\ud800"}), "PACKAGE_BROKEN"),
        (changed(level="EXPERT"), "PACKAGE_BROKEN"),
        (changed(lessons="none"), "PACKAGE_BROKEN"),
        (changed(licence="CC BY"), "PACKAGE_NEWER"),
        (
            changed(lessons=[{"id": "a", "blocks": [{"id": "b", "body": {"kind": "text", "music": 1}}]}]),
            "PACKAGE_NEWER",
        ),
        (b" " * 8_000_001, "COURSE_TOO_LARGE"),
    ],
    ids=["empty", "deep", "encoding", "surrogate", "value", "type", "newer", "newer within", "large"],
)
def test_what_is_no_content_or_would_be_lost_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        exchange.load(data, {})


def test_what_is_left_out_has_its_default() -> None:
    assert exchange.load(b'{"title": {"ko": "a"}}', {}) == replace(Content(), title={"ko": "a"})
