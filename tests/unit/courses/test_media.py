from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from services.chassis.errors import Invalid
from services.courses.domain.file_types import content_type_of
from services.courses.domain.media import LARGEST, accept, plain_filename, with_ending

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
        (b"\0\0\0\x1cftypiso5\0\0\0\0iso5dashmp42", "video/mp4"),
        (b"\0\0\0\x18ftypiso6\0\0\0\0iso6mp41", "video/mp4"),
        (b"\0\0\0\x1cftypM4A \0\0\2\0M4A mp42isom", "audio/mp4"),
        (b"ID3\x04" + bytes(20), "audio/mpeg"),
        (b"\xff\xfa\x90\x64" + bytes(400), "audio/mpeg"),
        (b"%!PS-Adobe-3.0 PDF\r\n%PDF-1.4\n1 0 obj\n%%EOF\n", "application/pdf"),
        (b"\r\n%PDF-1.4\n1 0 obj\n%%EOF\n", "application/pdf"),
        ("안녕하세요\v다음 줄\r\n\x1a".encode(), "text/plain"),
        ("PDF 파일은 %PDF-1.4로 시작해요.".encode(), "text/plain"),
        (archive(("version.xml", b""), ("Contents/content.hpf", b"")), "application/hwp+zip"),
        (
            archive(("Contents/content.hpf", b""), ("mimetype", b"\xef\xbb\xbfapplication/hwp+zip")),
            "application/hwp+zip",
        ),
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


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (OLE + bytes(500) + b"HWP Document File", "MEDIA_HWP"),
        (b"HWP Document File V3.00", "MEDIA_HWP"),
        (OLE + bytes(500), "MEDIA_OLD_OFFICE"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "MEDIA_HEIC"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "MEDIA_MOV"),
        (b"\0\0\0\x08wide\0\0\0\x10mdat", "MEDIA_MOV"),
        ("안녕하세요".encode("cp949"), "MEDIA_NOT_UTF8"),
        ("안녕하세요".encode("utf-16"), "MEDIA_NOT_UTF8"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n안녕".encode("cp949"), "MEDIA_NOT_UTF8"),
        (b"\nWEBVTT\n\n00:01.000 --> 00:02.000\nHi", "CAPTIONS_HEADER"),
        (b"webvtt\n\n00:01.000 --> 00:02.000\nHi", "CAPTIONS_HEADER"),
        (archive(("word/document.xml", b""), ("word/vbaProject.bin", b"")), "MEDIA_ACTIVE"),
        (archive(("xl/workbook.xml", b""), ("xl/macrosheets/sheet1.xml", b"")), "MEDIA_ACTIVE"),
        (archive(("word/document.xml", b""), ("word/embeddings/oleObject1.bin", b"")), "MEDIA_ACTIVE"),
    ],
)
def test_a_refusal_says_what_to_do_with_that_file(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        content_type_of(data)


def test_an_archive_of_too_many_parts_is_refused_by_its_end_record() -> None:
    small = archive(("xl/workbook.xml", b""))
    for at, value in ((10, b"\x11\x27"), (12, b"\x01\x00\x10\x00")):  # 10,001 parts; a list of 1 MB and a byte
        record = len(small) - 22 + at
        with pytest.raises(Invalid, match="MEDIA_TYPE_REFUSED"):
            content_type_of(small[:record] + value + small[record + len(value) :])


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
        accept("x", b"")
    with pytest.raises(Invalid, match="MEDIA_TOO_LARGE"):
        accept("x", bytes(LARGEST + 1))


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("C:\\Users\\kim\\사진.png", "사진.png"),
        ("../../etc/passwd", "passwd"),
        ('a"b\r\n.pdf', "ab.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("3\u1100\u1161\u11bc \u1112\u1161\u11ab\u1100\u1173\u11af.pdf", "3강 한글.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("\ufeff자\u200b료\u2028.pdf", "자료.pdf"),
    ],
)
def test_a_file_name_is_made_plain(given: str, plain: str) -> None:
    assert plain_filename(given) == plain


@pytest.mark.parametrize(
    ("given", "content_type", "name"),
    [
        ("사진.JPG", "image/jpeg", "사진.JPG"),
        ("x.exe", "image/png", "x.png"),
        ("page.html", "text/plain", "page.txt"),
        ("사진", "image/png", "사진.png"),
        (".png", "image/png", ".png.png"),
        ("2026. 3. 2. 자료", "application/pdf", "2026. 3. 2. 자료.pdf"),
    ],
)
def test_a_file_name_ends_as_its_type_does(given: str, content_type: str, name: str) -> None:
    assert with_ending(given, content_type) == name


def test_the_same_bytes_under_another_name_are_another_medium() -> None:
    first, second = accept("민원 초안.txt", b"text")[0], accept("hand-out.txt", b"text")[0]
    assert (first.filename, second.filename) == ("민원 초안.txt", "hand-out.txt")
    assert first.id != second.id
    assert first.sha256 == second.sha256
