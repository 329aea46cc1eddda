"""SDMX: the figures as SDMX-CSV 2.0, their structure (data structure, concepts, code lists) as SDMX-ML 3.0.

The figures are written here because pysdmx writes CSV through pandas, which nothing else needs; pysdmx writes the
structure. It writes one language only, so each name holds both, and they are split afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Organisation,
    Role,
)
from pysdmx.model.message import Header

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import words
from services.statistics.formats.cells import DIMENSIONS, PublicRelease, top_areas
from services.statistics.formats.tabular import COLUMNS, Column, rows, write_csv
from services.statistics.formats.words import Title

DATA, DEFINITIONS = "observations.sdmx.csv", "structure.sdmx.xml"
ROOT = "IEUM"
"""The agency that all publishers are agencies of, each by the code of its area: IEUM.HB, IEUM.A41590."""
CONCEPTS, CONCEPTS_VERSION = "CS_TRAINING", "2.0.0"
GLOBAL = {"FREQ": "2.1", "SEX": "2.1", "OBS_STATUS": "2.2", "CONF_STATUS": "1.3"}
"""Cross-domain code lists of SDMX and their versions. They are referred to by their URN; the codes that occur come
along, marked as a part, because pysdmx resolves no reference to what is not in the message."""
OF_METHOD = ("UNIVERSE", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "MEASURE", "UNIT_MEASURE")
"""Code lists that are the same, whole, in all releases of one version of the method."""
_INFORMATION = "I"
"""The action of SDMX-CSV 2.0: figures to be read, not an order to a database."""
_BOTH = "\u2028"
_NAME = re.compile(rf'<com:Name(?: xml:lang="en")?>([^<{_BOTH}]*){_BOTH}([^<]*)</com:Name>')
_OF_MEASURE = re.compile(r"\s*<str:MeasureRelationship>.*?</str:MeasureRelationship>", re.DOTALL)
"""Optional, and sdmx1 cannot read it."""
_TYPES = {"number": DataType.DECIMAL, "period": DataType.PERIOD, "date": DataType.DATE}
"""A moment is a string, because pysdmx cannot read a DateTime with an offset."""
_TITLE = {"ko": "디지털 역량 교육 통계", "en": "Digital literacy training"}


@dataclass(frozen=True)
class Identity:
    """What the structures of a release are called. A flow and its structure are the release's own, by its id and
    edition; nothing of another city or release has the same name with other content."""

    agency: str
    release: str
    edition: int
    area_version: str
    method_version: str

    @classmethod
    def of(cls, release: ReleaseContent) -> Identity:
        top = next(area.code for area in release.areas if area.code in top_areas(release))
        day = release.area_vintage
        return cls(
            agency=f"{ROOT}.{_letter_first(top)}",
            release=release.id.upper().replace("-", "_"),
            edition=release.revision,
            area_version=f"{day.year}.{day.month}.{day.day}",
            method_version=release.method_version,
        )

    @property
    def flow(self) -> str:
        return f"DF_{self.release}"

    @property
    def structure(self) -> str:
        return f"DSD_{self.release}"

    @property
    def version(self) -> str:
        return f"{self.edition}.0.0"


def _letter_first(code: str) -> str:
    """Agencies begin with a letter, and areas of the official list with a digit."""
    return code if code[:1].isalpha() else f"A{code}"


def render(edition: PublicRelease) -> dict[str, bytes]:
    return {DATA: data(edition), DEFINITIONS: structure(edition)}


def data(edition: PublicRelease) -> bytes:
    """SDMX-CSV with dimensions, measure and attributes by name, as the 2.0 field guide says."""
    named = Identity.of(edition.release)
    start = ["dataflow", f"{named.agency}:{named.flow}({named.version})", _INFORMATION]
    header = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(column.name for column in COLUMNS)]
    return write_csv(header, ([*start, *row] for row in rows(edition)))


def structure(edition: PublicRelease) -> bytes:
    release = edition.release
    named = Identity.of(release)
    lists = dict(_lists(edition, named))
    concepts = [Concept(column.name, name=_name(words.column(column.name))) for column in COLUMNS]
    scheme = ConceptScheme(
        id=CONCEPTS,
        agency=named.agency,
        version=CONCEPTS_VERSION,
        name=_name({"ko": "교육 통계 개념", "en": "Training statistics"}),
        items=concepts,
    )
    ordered = sorted(COLUMNS, key=lambda column: column.kind == "period")  # SDMX-ML has time after the others
    components = Components([_component(column, lists, named) for column in ordered])
    title = _name({language: f"{_TITLE[language]}: {text}" for language, text in words.full(release.title).items()})
    version = named.version
    definition = DataStructureDefinition(
        id=named.structure, agency=named.agency, version=version, name=title, components=components
    )
    flow = Dataflow(id=named.flow, agency=named.agency, version=version, name=title, structure=definition)
    header = Header(
        id=f"{release.id}-{release.revision}",
        prepared=release.as_of,
        sender=Organisation(id=named.agency.replace(".", "-"), name=_name(release.publisher)),
    )
    text = write_sdmx([*lists.values(), scheme, definition, flow], Format.STRUCTURE_SDMX_ML_3_0, header=header)
    return _in_both_languages(_OF_MEASURE.sub("", text or ""))


def _lists(edition: PublicRelease, named: Identity) -> Iterator[tuple[str, Codelist]]:
    yield "REF_AREA", _code_list("REF_AREA", edition.lists["REF_AREA"], named.agency, named.area_version)
    for name in OF_METHOD:
        whole = {**edition.lists.get(name, {}), **words.codes(name)}
        yield name, _code_list(name, whole, named.agency, named.method_version)
    for name, version in GLOBAL.items():
        yield name, _code_list(name, edition.lists.get(name) or words.codes(name), "SDMX", version)


def _code_list(name: str, titles: Mapping[str, Title], agency: str, version: str) -> Codelist:
    items = [Code(code, name=_name(title)) for code, title in titles.items()]
    return Codelist(
        id=f"CL_{name}",
        agency=agency,
        version=version,
        name=_name(words.column(name)),
        items=items,
        is_partial=agency == "SDMX",
    )


def _component(column: Column, lists: Mapping[str, Codelist], named: Identity) -> Component:
    concept = ItemReference(
        sdmx_type="Concept", agency=named.agency, id=CONCEPTS, version=CONCEPTS_VERSION, item_id=column.name
    )
    role = Role.DIMENSION if column.name in DIMENSIONS else Role.ATTRIBUTE
    if column.name == "OBS_VALUE":
        role = Role.MEASURE
    return Component(
        column.name,
        role is Role.DIMENSION or column.kind != "number",
        role,
        concept,
        _TYPES.get(column.kind, DataType.STRING),
        local_codes=lists.get(column.name),
        attachment_level="O" if role is Role.ATTRIBUTE else None,
    )


def _name(title: Title) -> str:
    return f"{title['en']}{_BOTH}{title['ko']}"


def _in_both_languages(text: str) -> bytes:
    return _NAME.sub(r'<com:Name xml:lang="en">\1</com:Name><com:Name xml:lang="ko">\2</com:Name>', text).encode()
