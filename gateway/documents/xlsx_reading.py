"""Reads an XLSX file in a process of its own, with limits: a spreadsheet is a ZIP of XML, and both can be bombs.

`python -m gateway.documents.xlsx_reading` is that process: the file comes in, the cells of its first sheet go out.
"""

from __future__ import annotations

import asyncio
import datetime
import io
import json
import sys
import zipfile

from gateway.documents.csv_upload import WrongLine
from gateway.language.i18n import msgid
from services.chassis.broken_zip import BROKEN_ZIP
from services.chassis.child_process import ChildFailed, limit_resources, run_child

_MOST_ENTRIES, _MOST_BYTES = 1_000, 200 * 1024 * 1024
_MEMORY_BYTES, _CPU_SECONDS = 1_536 * 1024 * 1024, 20
_MOST_CELLS = 100_001 * 60
_UNREADABLE = msgid("this spreadsheet cannot be read. Save it again as XLSX or as CSV UTF-8.")
_AT_ONCE = asyncio.Semaphore(1)


def is_xlsx(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


async def read_xlsx(content: bytes) -> list[list[str]]:
    """Raises WrongLine for what is no spreadsheet, or too much of one."""
    _check_size(content)
    try:
        async with _AT_ONCE:
            answer = await run_child("gateway.documents.xlsx_reading", data=content)
    except ChildFailed:
        raise WrongLine(1, _UNREADABLE) from None
    rows: list[list[str]] = await asyncio.to_thread(json.loads, answer)
    return rows


def _check_size(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except BROKEN_ZIP:
        raise WrongLine(1, _UNREADABLE) from None
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise WrongLine(1, msgid("this spreadsheet is too large. Save the sheet alone, as CSV UTF-8."))


def _cell(value: object) -> str:
    """As somebody would read it: 1949.0 is a year, not a fraction."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def main() -> None:
    limit_resources(_MEMORY_BYTES, _CPU_SECONDS)
    import python_calamine  # after the limits

    book = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
    sheet = book.get_sheet_by_index(0)
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        sys.exit(1)
    rows = sheet.to_python(skip_empty_area=False)
    json.dump([[_cell(value) for value in row] for row in rows], sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
