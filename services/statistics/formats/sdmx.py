"""SDMX: the figures as SDMX-CSV 2.0, their structure (data structure, concepts, code lists) as SDMX-ML 3.0.

The figures are written here because pysdmx writes CSV through pandas, which nothing else needs; pysdmx writes the
structure. It writes one language only, so each name holds both, and they are split afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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

from services.statistics.formats import words
from services.statistics.formats.cells import DIMENSIONS, PublicRelease
from services.statistics.formats.tabular import COLUMNS, Column, rows, write_csv
from services.statistics.formats.words import Title

AGENCY, FLOW, STRUCTURE, CONCEPTS, VERSION = "IEUM", "DF_TRAINING", "DSD_TRAINING", "CS_TRAINING", "1.0.0"
DATA, DEFINITIONS = "observations.sdmx.csv", "structure.sdmx.xml"
_MERGE = "M"
_BOTH = "\u2028"
_NAME = re.compile(rf'<com:Name(?: xml:lang="en")?>([^<{_BOTH}]*){_BOTH}([^<]*)</com:Name>')
_TYPES = {"number": DataType.DECIMAL, "period": DataType.PERIOD, "date": DataType.DATE}
"""A moment is a string, because pysdmx cannot read a DateTime with an offset."""


def render(edition: PublicRelease) -> dict[str, bytes]:
    return {DATA: data(edition), DEFINITIONS: structure(edition)}


def data(edition: PublicRelease) -> bytes:
    """SDMX-CSV with dimensions, measure and attributes by name, as the 2.0 field guide says."""
    start = ["dataflow", f"{AGENCY}:{FLOW}({VERSION})", _MERGE]
    header = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(column.name for column in COLUMNS)]
    return write_csv(header, ([*start, *row] for row in rows(edition)))


def structure(edition: PublicRelease) -> bytes:
    release = edition.release
    lists = {f"CL_{name}": _code_list(name, titles) for name, titles in _lists(edition).items()}
    concepts = [Concept(column.name, name=_name(words.column(column.name))) for column in COLUMNS]
    scheme = ConceptScheme(
        id=CONCEPTS,
        agency=AGENCY,
        version=VERSION,
        name=_name({"ko": "교육 통계 개념", "en": "Training statistics"}),
        items=concepts,
    )
    ordered = sorted(COLUMNS, key=lambda column: column.kind == "period")  # SDMX-ML has time after the others
    components = Components([_component(column, lists) for column in ordered])
    definition = DataStructureDefinition(
        id=STRUCTURE, agency=AGENCY, version=VERSION, name=_name(_TITLE), components=components
    )
    flow = Dataflow(id=FLOW, agency=AGENCY, version=VERSION, name=_name(_TITLE), structure=definition)
    header = Header(
        id=f"{release.id}-{release.revision}",
        prepared=release.as_of,
        sender=Organisation(id=AGENCY, name=_name(release.publisher)),
    )
    text = write_sdmx([*lists.values(), scheme, definition, flow], Format.STRUCTURE_SDMX_ML_3_0, header=header)
    return _in_both_languages(text or "")


_TITLE = {"ko": "디지털 역량 교육 통계", "en": "Digital literacy training"}


def _lists(edition: PublicRelease) -> dict[str, Mapping[str, Title]]:
    fixed = {name: words.codes(name) for name in ("UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS")}
    return {name: titles for name, titles in edition.lists.items() if name != "TIME_PERIOD"} | fixed


def _code_list(name: str, titles: Mapping[str, Title]) -> Codelist:
    items = [Code(code, name=_name(title)) for code, title in titles.items()]
    return Codelist(id=f"CL_{name}", agency=AGENCY, version=VERSION, name=_name(words.column(name)), items=items)


def _component(column: Column, lists: Mapping[str, Codelist]) -> Component:
    concept = ItemReference(sdmx_type="Concept", agency=AGENCY, id=CONCEPTS, version=VERSION, item_id=column.name)
    role = Role.DIMENSION if column.name in DIMENSIONS else Role.ATTRIBUTE
    if column.name == "OBS_VALUE":
        role = Role.MEASURE
    return Component(
        column.name,
        role is Role.DIMENSION or column.kind != "number",
        role,
        concept,
        _TYPES.get(column.kind, DataType.STRING),
        local_codes=lists.get(f"CL_{column.name}"),
        attachment_level="O" if role is Role.ATTRIBUTE else None,
    )


def _name(title: Title) -> str:
    return f"{title['en']}{_BOTH}{title['ko']}"


def _in_both_languages(text: str) -> bytes:
    return _NAME.sub(r'<com:Name xml:lang="en">\1</com:Name><com:Name xml:lang="ko">\2</com:Name>', text).encode()
