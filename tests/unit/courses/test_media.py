from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from services.chassis.errors import Invalid
from services.courses.domain.media import LARGEST, content_type_of, inspected, plain_filename

DEMO = Path(__file__).parents[3] / "deploy" / "demo" / "courses"
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".vtt": "text/vtt",
    ".txt": "text/plain",
}


def archive(*parts: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in parts:
            file.writestr(name, data)
    return buffer.getvalue()


def test_every_medium_of_the_demo_is_known_for_what_it_is() -> None:
    files = [file for file in DEMO.rglob("*") if file.suffix in TYPES]
    assert files
    for file in files:
        assert content_type_of(file.read_bytes()) == TYPES[file.suffix], file


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "image/jpeg"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20), "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        (b"ID3\x04" + bytes(20), "audio/mpeg"),
        ("안녕하세요\n".encode(), "text/plain"),
        (b"\xef\xbb\xbfWEBVTT\r\n\r\n00:01.000 --> 00:02.000 line:0\r\nHi\r\n", "text/vtt"),
        (archive(("mimetype", b"application/hwp+zip"), ("Contents/header.xml", b"")), "application/hwp+zip"),
        (
            archive(("[Content_Types].xml", b""), ("xl/workbook.xml", b"")),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_a_type_is_found_from_the_bytes(data: bytes, kind: str) -> None:
    assert content_type_of(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?>\n<svg/>',
        b"\xef\xbb\xbf\n <!DOCTYPE html><p>",
        b"MZ" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"\x00\x01\x02\x03",
        archive(("evil.exe", b"MZ")),
        archive(("mimetype", b"application/epub+zip")),
        b"PK\x03\x04 not an archive",
        b"caf\xe9",
    ],
)
def test_what_a_course_cannot_hold_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="MEDIA_TYPE_REFUSED"):
        content_type_of(data)


@pytest.mark.parametrize(
    ("captions", "line"),
    [
        ("WEBVTT\n\nno cue", 3),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nback", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nfine\n\n00:03,000 --> 00:04,000\ncomma", 6),
        ("WEBVTT\n\n00:61.000 --> 02:00.000\nno such second", 3),
        (f"WEBVTT\n\n{'9' * 5_000}:00:01.000 --> 00:02.000\nhours", 3),
    ],
)
def test_captions_that_no_player_reads_are_refused_with_the_line(captions: str, line: int) -> None:
    with pytest.raises(Invalid, match="CAPTIONS_MALFORMED") as caught:
        content_type_of(captions.encode())
    assert caught.value.details == {"line": str(line)}


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(Invalid, match="MEDIA_EMPTY"):
        inspected("x", b"")
    with pytest.raises(Invalid, match="MEDIA_TOO_LARGE"):
        inspected("x", bytes(LARGEST + 1))


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("C:\\Users\\kim\\사진.png", "사진.png"),
        ("../../etc/passwd", "passwd"),
        ('a"b\r\n.pdf', "ab.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_file_name_is_made_plain(given: str, plain: str) -> None:
    assert plain_filename(given) == plain
