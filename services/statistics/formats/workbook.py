"""An Excel workbook: notes first, then one sheet for each linked table, then the code lists.

Text is written as text and numbers as numbers, so nothing typed into a title can become a formula. Every figure has
its status in the next column; a hidden one is an empty cell with Q there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import xlsxwriter

from services.statistics.figures.assessment import Assessment
from services.statistics.figures.observation import ReleaseContent, TableSpec
from services.statistics.formats import capability, licence, words
from services.statistics.formats.cells import PublicRelease, PublishedCell, dimensions_of
from services.statistics.formats.words import Title, bilingual

WORKBOOK = "tables.xlsx"
Lists: TypeAlias = Mapping[str, Mapping[str, Title]]
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_DECIMALS = {0: "#,##0", 1: "#,##0.0", 2: "#,##0.00", 3: "#,##0.000"}
_A4 = 9
_FOLDED = {"level": 1, "hidden": True, "collapsed": False}
_LABEL_WIDTH, _CODE_WIDTH, _STATUS_WIDTH = 26, 12, 4


def render(edition: PublicRelease) -> dict[str, bytes]:
    """The workbook. Its creation date is the release's, so that the same release gives the same bytes."""
    release = edition.release
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        book.set_properties(
            {
                "title": bilingual(release.title),
                "author": bilingual(release.publisher),
                "created": release.as_of.replace(tzinfo=None),
            }
        )
        _notes(book, edition)
        for name, table in zip(sheet_names(release), release.tables, strict=True):
            _table(book, name, table, edition)
        _capability(book, release.capability)
        _codes(book, edition.lists)
    return {WORKBOOK: out.getvalue()}


def sheet_names(release: ReleaseContent) -> list[str]:
    """The sheets' names: Excel allows 31 characters and forbids some; the number in front makes them unique."""
    return [
        f"{place} {re.sub(r'[^0-9A-Za-z가-힣_-]', ' ', table.id)}"[:31]
        for place, table in enumerate(release.tables, start=1)
    ]


def _for_paper(sheet: Any, heads: int) -> None:
    """A4 on its side, one page wide, the head on every page."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R&P / &N")
    if heads:
        sheet.repeat_rows(0, heads - 1)


def _notes(book: Any, edition: PublicRelease) -> None:
    sheet = book.add_worksheet("안내 Notes")
    _for_paper(sheet, 0)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 2, 60)
    strong = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for line, (label, korean, english) in enumerate(_note_lines(edition)):
        sheet.write_string(line, 0, label, strong)
        sheet.write_string(line, 1, korean, wrap)
        sheet.write_string(line, 2, english, wrap)


def _note_lines(edition: PublicRelease) -> Iterable[tuple[str, str, str]]:
    release = edition.release

    def twice(label: str, text: str) -> tuple[str, str, str]:
        return label, text, text

    yield "제목 Title", release.title["ko"], release.title["en"]
    yield "펴낸 곳 Publisher", release.publisher["ko"], release.publisher["en"]
    yield twice("연락처 Contact", release.contact)
    yield twice("이용 조건 Licence", f"{licence.name(release.licence)} {licence.address(release.licence)}")
    yield twice("번호와 판 Release, revision", f"{release.id}, {release.revision}")
    yield "모집단 Population", *_languages(words.title("UNIVERSE", release.universe))
    yield twice("집계 기준 시각 As of", release.as_of.isoformat())
    yield twice("지역 코드 기준일 Area codes of", release.area_vintage.isoformat())
    yield twice("산출 방법 판 Method", release.method_version)
    yield "이번 판의 설명 Note", release.note.get("ko", ""), release.note.get("en", "")
    yield (
        "비밀 보호 Disclosure control",
        f"{release.k}명 미만이 드러나는 값은 숨깁니다. 숨긴 칸은 비어 있고 옆 칸에 Q가 있습니다. "
        "0은 정말로 없다는 뜻입니다.",
        f"Figures that would show fewer than {release.k} persons are hidden: an empty cell with Q beside it. "
        "0 means that there is none.",
    )
    for code, title in words.codes("OBS_STATUS").items():
        yield f"상태 Status {code}", *_languages(title)
    for code in edition.lists["MEASURE"]:
        name, meaning = words.title("MEASURE", code), words.meaning(code)
        yield f"지표 Measure {code}", f"{name['ko']}: {meaning['ko']}", f"{name['en']}: {meaning['en']}"


def _languages(title: Mapping[str, str]) -> tuple[str, str]:
    return title["ko"], title["en"]


def _table(book: Any, name: str, table: TableSpec, edition: PublicRelease) -> None:
    lists, chosen = edition.lists, edition.table(table)
    sheet = book.add_worksheet(name)
    _for_paper(sheet, 2)
    strong, wrap = book.add_format({"bold": True}), book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    numbers = {places: book.add_format({"num_format": shape}) for places, shape in _DECIMALS.items()}
    dimensions = ("TIME_PERIOD", *dimensions_of(table))
    used = {cell.code("MEASURE") for cell in chosen}
    measures = [code for code in lists["MEASURE"] if code in used]
    sheet.write_string(0, 0, bilingual(table.title), strong)
    _head(sheet, dimensions, measures, chosen, wrap)
    rows = list(dict.fromkeys(cell.codes(dimensions) for cell in chosen))
    cells = {(cell.codes(dimensions), cell.code("MEASURE")): cell for cell in chosen}
    for line, codes in enumerate(rows, start=2):
        _labels(sheet, line, dimensions, codes, lists)
        for place, measure in enumerate(measures):
            if cell := cells.get((codes, measure)):
                _figure(sheet, line, 2 * len(dimensions) + 2 * place, cell, numbers)
    sheet.freeze_panes(2, 2 * len(dimensions))


def _capability(book: Any, assessment: Assessment | None) -> None:
    """The sheet of the assessment: the rows of its CSV, with figures as numbers."""
    if assessment is None:
        return
    sheet = book.add_worksheet("역량 Capability")
    _for_paper(sheet, 2)
    sheet.set_column(0, len(capability.COLUMNS), _CODE_WIDTH)
    strong, wrap = book.add_format({"bold": True}), book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, bilingual(words.column("CAPABILITY")), strong)
    for place, column in enumerate(capability.COLUMNS):
        sheet.write_string(1, place, f"{column.name}\n{bilingual(words.column(column.name))}", wrap)
    for line, row in enumerate(capability.rows(assessment), start=2):
        for place, (column, field) in enumerate(zip(capability.COLUMNS, row, strict=True)):
            if field and column.kind in ("number", "whole"):
                places = len(field.partition(".")[2])
                sheet.write_number(line, place, float(field), book.add_format({"num_format": _DECIMALS[places]}))
            else:
                sheet.write_string(line, place, field)
    sheet.freeze_panes(2, 2)


def _head(
    sheet: Any, dimensions: Sequence[str], measures: Sequence[str], chosen: Sequence[PublishedCell], wrap: Any
) -> None:
    units = {cell.code("MEASURE"): bilingual(words.title("UNIT_MEASURE", cell.unit)) for cell in chosen}
    for place, name in enumerate(dimensions):
        sheet.write_string(1, 2 * place, name, wrap)
        sheet.write_string(1, 2 * place + 1, bilingual(words.column(name)), wrap)
        sheet.set_column(2 * place, 2 * place, _CODE_WIDTH, None, _FOLDED)
        sheet.set_column(2 * place + 1, 2 * place + 1, _LABEL_WIDTH)
    for place, measure in enumerate(measures, start=len(dimensions)):
        title = bilingual(words.title("MEASURE", measure))
        sheet.write_string(1, 2 * place, f"{measure}\n{title}\n({units[measure]})", wrap)
        sheet.write_string(1, 2 * place + 1, f"{measure} OBS_STATUS", wrap)
        sheet.set_column(2 * place, 2 * place, _CODE_WIDTH)
        sheet.set_column(2 * place + 1, 2 * place + 1, _STATUS_WIDTH)


def _labels(sheet: Any, line: int, dimensions: Sequence[str], codes: Sequence[str], lists: Lists) -> None:
    for place, (name, code) in enumerate(zip(dimensions, codes, strict=True)):
        sheet.write_string(line, 2 * place, code)
        sheet.write_string(line, 2 * place + 1, bilingual(lists[name][code]))


def _figure(sheet: Any, line: int, column: int, cell: PublishedCell, numbers: Mapping[int, Any]) -> None:
    if cell.value is not None:
        places = len(cell.value.partition(".")[2])
        sheet.write_number(line, column, float(cell.value), numbers[places])
    sheet.write_string(line, column + 1, cell.status)


def _codes(book: Any, lists: Lists) -> None:
    sheet = book.add_worksheet("부호 Codes")
    _for_paper(sheet, 1)
    sheet.set_column(0, 1, _CODE_WIDTH + 4)
    sheet.set_column(2, 3, 50)
    for place, head in enumerate(("dimension", "code", "ko", "en")):
        sheet.write_string(0, place, head)
    rows = ((name, code, title) for name, titles in lists.items() for code, title in titles.items())
    for line, (name, code, title) in enumerate(rows, start=1):
        for place, text in enumerate((name, code, *_languages(title))):
            sheet.write_string(line, place, text)
