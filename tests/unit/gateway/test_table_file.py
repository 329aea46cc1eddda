"""Files of people as spreadsheets write them: encodings, separators, XLSX, and what is no table at all."""

from __future__ import annotations

import io
import zipfile

import pytest

from gateway.documents import csv, table_file, xlsx_reading
from gateway.documents.csv_upload import WrongLine

TEXT = "이름;출생연도;전화\r\n강영희;1949;010-1111-2222\r\n;;\r\n박철수;1950;\r\n"
ROWS = [["강영희", "1949", "010-1111-2222"], [], ["박철수", "1950"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
async def test_a_table_is_read_in_each_encoding_and_with_each_separator(encoding: str, separator: str) -> None:
    table = await table_file.read(TEXT.replace(";", separator).encode(encoding))
    assert table.header == ["이름", "출생연도", "전화"]
    assert table.rows == ROWS
    assert table.encoding == encoding.removesuffix("-sig")


async def test_lines_keep_their_numbers_around_blank_ones() -> None:
    table = await table_file.read(TEXT.encode())
    assert list(table.filled(100)) == [(2, [ROWS[0]]), (4, [ROWS[2]])]
    many = await table_file.read(("a\n" + "x\n" * 7).encode())
    assert [(first, len(rows)) for first, rows in many.filled(3)] == [(2, 3), (5, 3), (8, 1)]


async def test_a_spreadsheet_is_read_as_somebody_sees_it() -> None:
    import openpyxl

    book, file = openpyxl.Workbook(), io.BytesIO()
    assert book.active
    for row in (["이름", "출생연도", "전화"], ["강영희", 1949, 1011112222], [None], ["박철수", 1950.0, None]):
        book.active.append(row)
    book.save(file)
    table = await table_file.read(file.getvalue())
    assert table.encoding == "xlsx"
    assert table.rows == [["강영희", "1949", "1011112222"], [], ["박철수", "1950"]]


async def test_what_we_have_escaped_for_spreadsheets_is_read_as_it_was() -> None:
    text = csv.lines([["name", "phone"], ["=1+1", "+8210"]])
    assert "'=1+1" in text
    assert (await table_file.read(text.encode())).rows == [["=1+1", "+8210"]]


def archive(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "name the columns"),
        (b"\n\na,b\n", 1, "name the columns"),
        ("이름\n강\0".encode(), 2, "no text has"),
        (b"a,b\nok,ok\n\xff\xff,b\n", 3, "cannot be read as text"),
        (b'a,b\n"x"y,b\n', 2, "quotation marks"),
        (b"a\n" + b"x" * 2_000, 2, "too long"),
        (b"a\n" + b"x" * 10_000_000, 2, "too long"),
        (b"a" + b",b" * 80, 1, "too many columns"),
        (b"PK\x03\x04 no archive", 1, "cannot be read"),
        (archive(100), 1, "cannot be read"),
    ],
)
async def test_what_is_no_table_is_refused_with_its_line(content: bytes, line: int, words: str) -> None:
    with pytest.raises(WrongLine) as caught:
        await table_file.read(content)
    assert caught.value.line == line
    assert words in caught.value.words


async def test_a_bomb_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_reading, "_MOST_BYTES", 1_000)
    with pytest.raises(WrongLine) as caught:
        await table_file.read(archive(2_000))
    assert "too large" in caught.value.words
