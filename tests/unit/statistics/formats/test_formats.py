"""What goes out in every format, and what never does."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import openpyxl
import pypdf
import pytest

from services.statistics.figures.refusal import InvalidValue
from services.statistics.formats import rendering
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.manifest import files as files_of
from services.statistics.formats.workbook import WORKBOOK
from tests.unit.statistics.small_release import small_release, small_release_files

PERSONS_INSIDE = "777777"
"""What the small release gives as the persons behind every shown figure."""


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return small_release_files()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def readable(name: str, content: bytes) -> str:
    """All text of a file, unpacked."""
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(part).decode() for part in parts.namelist())
    return content.decode()


def test_every_file_of_the_list_is_made_and_no_other(files: Mapping[str, bytes]) -> None:
    assert list(files) == [file.name for file in rendering.files(small_release())]
    assert all(files.values())


def test_a_file_that_the_list_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "files", lambda release: files_of(release)[1:])
    with pytest.raises(ValueError, match=r"add report-ko\.pdf to services/statistics/formats/manifest\.py"):
        rendering.render(small_release())


def test_the_same_release_gives_the_same_bytes(files: Mapping[str, bytes]) -> None:
    shuffled = replace(small_release(), observations=tuple(reversed(small_release().observations)))
    again = rendering.render(shuffled)
    assert [name for name in files if files[name] != again[name]] == []
    listed = [small_release(), small_release(id="training-2026-q2")]
    assert rendering.catalogue(listed, "https://a.example") == rendering.catalogue(listed, "https://a.example")


def test_the_persons_behind_a_figure_are_in_no_file(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        assert PERSONS_INSIDE not in re.sub(r"[,\s]", "", readable(name, content)), name


def test_no_file_says_why_a_figure_is_hidden(files: Mapping[str, bytes]) -> None:
    release = small_release()
    inside = [replace(one, confidentiality="D") if one.status == "Q" else one for one in release.observations]
    assert rendering.render(replace(release, observations=tuple(inside))) == files
    statuses = {(row["OBS_STATUS"], row["CONF_STATUS"]) for row in rows(files["observations.csv"])}
    assert statuses == {("A", "F"), ("U", "F"), ("L", "F"), ("M", "F"), ("Q", "N")} & statuses
    assert ("Q", "N") in statuses


def test_a_hidden_figure_is_empty_with_its_status_and_zero_is_zero() -> None:
    release = small_release()
    zero = replace(release.observations[0], value="0", status="A")
    hidden = replace(release.observations[0], period="2026-Q2", value=None, status="Q", confidentiality="N")
    made = rendering.render(replace(release, observations=(zero, hidden)))
    assert [(row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows(made["observations.csv"])] == [("0", "A"), ("", "Q")]
    stat = json.loads(made["table-area-sex.jsonstat.json"])
    assert (stat["value"], stat["status"]) == ([0, None], {"0": "A", "1": "Q"})
    sheet = openpyxl.load_workbook(io.BytesIO(made[WORKBOOK])).worksheets[1]
    shown = [[cell.value for cell in row[-2:]] for row in sheet.iter_rows(min_row=3)]
    assert shown == [[0, "A"], [None, "Q"]]


def test_a_hidden_figure_that_still_carries_its_value_stops_everything() -> None:
    release = small_release()
    leaking = replace(release.observations[0], value="3", status="Q", confidentiality="N")
    with pytest.raises(InvalidValue, match="is hidden and still carries a figure"):
        rendering.render(replace(release, observations=(leaking,)))
    bounded = replace(leaking, value=None, low="1.0", high="4.0")
    with pytest.raises(InvalidValue, match="is hidden and still carries a figure"):
        rendering.render(replace(release, observations=(bounded,)))


def test_a_code_without_a_title_is_named() -> None:
    release = small_release()
    with pytest.raises(InvalidValue, match=r"AGE: 'Y_GE99' has no title"):
        PublicRelease.of(replace(release, observations=(replace(release.observations[0], age="Y_GE99"),)))
    with pytest.raises(InvalidValue, match=r"REF_AREA: 'ZZ' is not in the release's list of areas"):
        PublicRelease.of(replace(release, observations=(replace(release.observations[0], area="ZZ"),)))


def test_a_cell_given_twice_is_refused() -> None:
    release = small_release()
    with pytest.raises(InvalidValue, match="is there twice"):
        PublicRelease.of(replace(release, observations=(release.observations[0],) * 2))


def test_nothing_in_the_workbook_is_a_formula_or_a_link(files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(files[WORKBOOK])) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    book = openpyxl.load_workbook(io.BytesIO(files[WORKBOOK]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=별내군") for cell in cells)
    assert {cell.data_type for cell in cells if str(cell.value).startswith("=")} <= {"s", "f"}


def test_every_title_is_there_in_both_languages() -> None:
    edition = PublicRelease.of(small_release())
    for titles in edition.lists.values():
        assert all(title["ko"] and title["en"] for title in titles.values())
    assert all(file.title["ko"] and file.title["en"] for file in rendering.files(small_release()))


def test_a_title_in_one_language_stands_in_for_the_other() -> None:
    release = small_release()
    areas = tuple(replace(area, title={"ko": area.title["ko"]}) for area in release.areas)
    made = rendering.render(replace(release, areas=areas, note={"ko": "처음 펴내는 판입니다."}))
    assert "HB01,한빛시,한빛시,HB,SGG" in made["codes-ref-area.csv"].decode()
