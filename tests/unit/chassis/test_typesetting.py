"""Documents come out whatever is written in them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest

from services.chassis.typesetting import STAND_IN, printable, typeset, unprintable

MOMENT = datetime(2026, 11, 29, tzinfo=UTC)
TEMPLATE = """#let given = json(bytes(sys.inputs.given))
#set document(title: "Test", date: none)
#set text(font: "Noto Serif KR", lang: "ko")
#given.text"""


def text_of(template: Path, text: str) -> str:
    document = pypdf.PdfReader(io.BytesIO(typeset(template, {"text": text}, MOMENT)))
    return "".join(page.extract_text() for page in document.pages)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "template.typ"
    file.write_text(TEMPLATE)
    return file


@pytest.mark.parametrize(
    "text",
    [
        "김하늘😀",
        "สมชาย",
        "𠮷野 하나",
        "龘靐齉 㐂髙﨑",
        "বাংলা",
        "தமிழ்",
        "ᠮᠣᠩ",
        "ශ්\u200dරී",
        "አማርኛ ខ្មែរ မြန်မာ",
        "사진 📷 📊 ✅ ✕ ❗ ✨ ⛅ 📌 📞 🏠 👍",
        "Nguyễn Бат ქართ العربية ᄒᆞᆫ글",
    ],
)
def test_what_residents_write_is_printed(template: Path, text: str) -> None:
    assert unprintable(text) == ()
    assert printable(text) == text
    assert STAND_IN not in text_of(template, text)


def test_what_no_font_shows_is_a_box_and_is_named_beforehand(template: Path) -> None:
    text = "사진 𝒳\ue000 a\u0e48 끝\u0000"
    assert unprintable(text) == ("𝒳", "\ue000", "a\u0e48")
    assert text_of(template, text).replace(" ", "") == "사진□□a□끝"


def test_signs_that_only_together_have_no_glyph_do_not_stop_a_document(template: Path) -> None:
    assert "하늘" in text_of(template, "하늘\u0e48\u0eb4\u09cd\u200d\u1bc9d\ufe0f\U000e0100 ก\u0300\u0e48\u0bcd")
