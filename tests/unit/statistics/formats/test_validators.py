"""Each format before its independent validator, which must also catch a mistake in it."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import frictionless
import pysdmx.errors
import pyshacl
import pytest
import sdmx
from csvw.metadata import CSVW
from jsonstat_validator import JSONStatValidationError, validate_jsonstat
from pyjstat import pyjstat
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.model import Codelist, DataStructureDefinition, Role
from rdflib import Graph

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import rendering
from tests.unit.statistics.small_release import small_release, small_release_files

KEY = ("TIME_PERIOD", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "MEASURE")
BASE = "https://haneul.example/data"
SHAPES = Path(__file__).with_name("dcat.ttl")


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return small_release_files()


@pytest.fixture
def folder(files: Mapping[str, bytes], tmp_path: Path) -> Path:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_json_stat_is_valid(files: Mapping[str, bytes]) -> None:
    tables = [json.loads(content) for name, content in files.items() if name.endswith(".jsonstat.json")]
    assert len(tables) == len(small_release().tables)
    assert all(validate_jsonstat(table) for table in tables)
    with pytest.raises(JSONStatValidationError):
        validate_jsonstat({**tables[0], "size": [1, *tables[0]["size"]]})


# What pyjstat deprecates is what its own new method calls.
@pytest.mark.filterwarnings("ignore:Shouldn't use this function anymore:DeprecationWarning")
def test_pyjstat_reads_the_figures_that_the_csv_has(files: Mapping[str, bytes]) -> None:
    with io.StringIO(files["observations.csv"].decode(), newline="") as text:
        figures = {tuple(row[name] for name in KEY): row["OBS_VALUE"] for row in csv.DictReader(text)}

    def differing(table: Mapping[str, Any]) -> list[tuple[str, ...]]:
        rows = pyjstat.Dataset.read(json.dumps(table)).write("dataframe", naming="id").to_dict("records")
        read = {tuple(row.get(one, "_T") for one in KEY): row["value"] for row in rows}
        shown = {key: value for key, value in read.items() if value is not None and value == value}
        assert shown
        published = {key: float(text) for key, text in figures.items() if text}
        return [key for key in read if published.get(key) != shown.get(key)]

    tables = [json.loads(content) for name, content in files.items() if name.endswith(".jsonstat.json")]
    assert [differing(table) for table in tables] == [[] for _ in small_release().tables]
    assert differing({**tables[0], "value": [*tables[0]["value"][1:], None]}) != []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("observations.csv", ",HB01,", ",nowhere,"), ("capability.csv", ",71.00,", ",lots,")],
)
def test_csv_on_the_web_is_valid(folder: Path, name: str, old: str, new: str) -> None:
    def accepted() -> bool:
        path = folder / name
        return bool(CSVW(str(path), md_url=f"{path}-metadata.json", validate=True).is_valid)

    assert accepted()
    _spoil(folder / name, old, new)
    with warnings.catch_warnings():
        warnings.simplefilter("always")  # csvw collects its findings as warnings
        assert not accepted()


def test_the_data_package_is_valid_and_its_keys_lead_somewhere(folder: Path) -> None:
    def mistakes() -> list[str]:
        report = frictionless.Package(str(folder / "datapackage.json")).validate()
        return [error.type for task in report.tasks for error in task.errors]

    assert mistakes() == []
    _spoil(folder / "codes-sex.csv", "\r\nF,", "\r\nX,")
    assert "foreign-key" in mistakes()


def test_the_data_package_has_the_types_of_the_assessment(folder: Path) -> None:
    resource: Any = frictionless.Package(str(folder / "datapackage.json")).get_resource("capability")
    first, *_, last = [row.to_dict() for row in resource.read_rows()]
    assert (first["UNIT"], first["SUP"], first["RANK_WORST"], first["AHEAD_OF"]) == ("HB01", 71, 2, ["HB05"])
    assert (last["UNIT"], last["INV"], last["RANK"]) == ("HB04", None, None)


def _definition(folder: Path) -> DataStructureDefinition:
    """Read back by pysdmx, checked against the SDMX 3.0 schemas on the way."""
    message = read_sdmx(folder / "structure.sdmx.xml", validate=True)
    return next(one for one in message.structures or () if isinstance(one, DataStructureDefinition))


def _misfits(folder: Path) -> list[str]:
    """Fields of the SDMX-CSV that the structure does not allow."""
    components = {component.id: component for component in _definition(folder).components}
    with (folder / "observations.sdmx.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"STRUCTURE", "STRUCTURE_ID", "ACTION", *components}
    found = []
    for name, component in components.items():
        listed = {code.id for code in component.local_codes} if isinstance(component.local_codes, Codelist) else None
        for row in rows:
            missing = not row[name] and component.required and component.role is not Role.MEASURE
            if missing or (listed is not None and row[name] not in listed):
                found.append(f"{name}: {row[name]}")
    return found


def test_sdmx_structure_is_valid_and_the_sdmx_csv_keeps_to_it(folder: Path) -> None:
    assert _misfits(folder) == []
    _spoil(folder / "observations.sdmx.csv", ",HB01,", ",nowhere,")
    assert _misfits(folder) == ["REF_AREA: nowhere"]
    _spoil(folder / "structure.sdmx.xml", "<str:DimensionList", "<str:Misplaced/><str:DimensionList")
    with pytest.raises(pysdmx.errors.Invalid, match="Misplaced"):
        _definition(folder)


def test_pysdmx_reads_the_figures_by_their_structure(folder: Path) -> None:
    def read() -> Any:
        return get_datasets(folder / "observations.sdmx.csv", folder / "structure.sdmx.xml")[0].data

    table = read()
    assert len(table) == len(small_release().observations)
    hidden = table["OBS_STATUS"] == "Q"
    assert hidden.any()
    assert table["OBS_VALUE"][hidden].isna().all()
    assert set(table["CONF_STATUS"][hidden]) == {"N"}
    assert {0, 412} <= set(table["OBS_VALUE"].dropna())
    _spoil(folder / "observations.sdmx.csv", ",412,NUMBER,", ",many,NUMBER,")
    with pytest.raises(pysdmx.errors.Invalid, match="OBS_VALUE"):
        read()


def test_sdmx1_reads_the_figures_by_their_structure(folder: Path) -> None:
    with (folder / "structure.sdmx.xml").open("rb") as file:  # sdmx1 would leave it open
        message: Any = sdmx.read_sdmx(file, format="xml")
    (structure,) = message.structure.values()
    with (folder / "observations.sdmx.csv").open("rb") as file:
        data: Any = sdmx.read_sdmx(file, format="csv", structure=structure)
    assert len(data.data[0].obs) == len(small_release().observations)


def test_nothing_of_two_publishers_or_releases_has_the_same_name_with_other_content() -> None:
    def named(release: ReleaseContent) -> dict[str, Any]:
        read: Any = read_sdmx(rendering.render(release)["structure.sdmx.xml"].decode())
        return {each.short_urn: each for each in read.structures if each.agency != "SDMX"}

    first, second = named(small_release()), named(small_release(id="training-2026-q4", revision=2))
    assert "Dataflow=IEUM.HB:DF_TRAINING_2026_Q3(1.0.0)" in first
    assert "Dataflow=IEUM.HB:DF_TRAINING_2026_Q4(2.0.0)" in second
    both = first.keys() & second.keys()
    assert {name.partition("=")[0] for name in both} == {"Codelist", "ConceptScheme"}
    assert all(first[name] == second[name] for name in both)


def test_lists_of_the_global_registry_are_named_by_it(files: Mapping[str, bytes]) -> None:
    text = files["structure.sdmx.xml"].decode()
    for name in ("CL_FREQ(2.1)", "CL_SEX(2.1)", "CL_OBS_STATUS(2.2)", "CL_CONF_STATUS(1.3)"):
        assert f"codelist.Codelist=SDMX:{name}<" in text
    assert text.count('agencyID="SDMX" isPartial="true"') == 4


def test_sdmx_names_are_there_in_both_languages(folder: Path) -> None:
    text = (folder / "structure.sdmx.xml").read_text(encoding="utf-8")
    assert text.count('xml:lang="ko"') == text.count('xml:lang="en"') > 80
    assert '<com:Name xml:lang="en">Women</com:Name><com:Name xml:lang="ko">여성</com:Name>' in text


def _conforms(graph: Graph) -> bool:
    shapes = Graph().parse(SHAPES, format="turtle")
    return bool(pyshacl.validate(graph, shacl_graph=shapes)[0])


@pytest.fixture(scope="module")
def catalogue() -> Mapping[str, bytes]:
    corrected = small_release(revision=2, publish_at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    return rendering.catalogue([small_release(), corrected, small_release(id="staff", universe="EMP")], BASE)


# rdflib's own JSON-LD reader still uses what rdflib deprecates.
_rdflib_reads_json_ld = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


@_rdflib_reads_json_ld
@pytest.mark.parametrize(("name", "form"), [("catalogue.ttl", "turtle"), ("catalogue.jsonld", "json-ld")])
def test_the_catalogue_keeps_to_the_profile(catalogue: Mapping[str, bytes], name: str, form: str) -> None:
    assert _conforms(Graph().parse(catalogue[name], format=form))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("dcat:accessURL", "dcat:elsewhere"),
        lambda text: text.replace("a dcterms:LicenseDocument", "a dcterms:Standard"),
        lambda text: text.replace("foaf:name", "foaf:nick"),
    ],
)
def test_a_catalogue_with_a_gap_does_not(catalogue: Mapping[str, bytes], spoil: Callable[[str], str]) -> None:
    text = catalogue["catalogue.ttl"].decode()
    assert spoil(text) != text
    assert not _conforms(Graph().parse(data=spoil(text), format="turtle"))


@_rdflib_reads_json_ld
def test_turtle_and_json_ld_say_the_same(catalogue: Mapping[str, bytes]) -> None:
    turtle = Graph().parse(catalogue["catalogue.ttl"], format="turtle")
    assert set(turtle) == set(Graph().parse(catalogue["catalogue.jsonld"], format="json-ld"))
    links = [str(link) for link in turtle.objects(predicate=None) if str(link).startswith(f"{BASE}/staff/1/")]
    assert f"{BASE}/staff/1/observations.csv" in links
