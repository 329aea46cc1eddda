"""A catalogue of all releases for open-data portals: DCAT-AP 3.0.1, as Turtle and as JSON-LD.

Every node has an address of its own, so that the same releases give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from rdflib import DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

from services.statistics.figures.observation import ReleaseContent
from services.statistics.figures.periods import first_day, last_day
from services.statistics.formats import licence, words
from services.statistics.formats.cells import top_areas
from services.statistics.formats.manifest import File, files
from services.statistics.formats.names import JSON_LD, TURTLE

DCAT = Namespace("http://www.w3.org/ns/dcat#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
AUTHORITY = Namespace("http://publications.europa.eu/resource/authority/")
MEDIA = "https://www.iana.org/assignments/media-types/"
SPDX = Namespace("http://spdx.org/rdf/terms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
_TITLE = {"ko": "디지털 역량 교육 통계 목록", "en": "Catalogue of digital literacy training statistics"}
_ABOUT = {
    "ko": "디지털 역량 교육에 누가 얼마나 참여하고 마쳤는지 보여 주는 통계를 모두 모았습니다.",
    "en": "All statistics on who takes part in digital literacy training and completes it.",
}
_SERIES = {"ko": "디지털 역량 교육 통계", "en": "Digital literacy training statistics"}
_KEYWORDS = {"ko": ("디지털 격차", "디지털 역량", "교육"), "en": ("digital divide", "digital literacy", "training")}


Frozen = Mapping[str, tuple[int, str]]
"""Size and SHA-256 of files, by id, revision and name with slashes between."""


def catalogue(
    releases: Sequence[ReleaseContent], base_url: str, frozen: Frozen = MappingProxyType({})
) -> dict[str, bytes]:
    """`base_url` is the address of the data pages: a release is at {base_url}/{id}, its files below /{revision}/."""
    graph = _graph(releases, base_url.rstrip("/"), frozen)
    return {TURTLE: graph.serialize(format="turtle").encode(), JSON_LD: _json_ld(graph)}


def _graph(releases: Sequence[ReleaseContent], base: str, frozen: Frozen) -> Graph:
    graph = Graph(bind_namespaces="none")
    spaces = {"dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "vcard": VCARD, "adms": ADMS, "xsd": XSD, "spdx": SPDX}
    for prefix, space in spaces.items():
        graph.bind(prefix, space)
    _catalogue(graph, releases, base)
    for release in releases:
        _series(graph, release, base)
        _dataset(graph, release, releases, base)
        for file in files(release):
            _distribution(graph, release, file, base)
            _content(graph, release, file, base, frozen)
    return graph


def _catalogue(graph: Graph, releases: Sequence[ReleaseContent], base: str) -> None:
    """Also without a release, so that a portal which asks early does not take the source for gone."""
    node = URIRef(f"{base}#catalogue")
    graph.add((node, RDF.type, DCAT.Catalog))
    _add_texts(graph, node, DCTERMS.title, _TITLE)
    _add_texts(graph, node, DCTERMS.description, _ABOUT)
    if releases:
        newest = max(releases, key=lambda release: (release.publish_at, release.id, release.revision))
        graph.add((node, DCTERMS.publisher, _publisher(graph, newest, base)))
        graph.add((node, DCTERMS.license, _licence(graph, newest)))
        graph.add((node, DCTERMS.modified, Literal(newest.publish_at)))
    else:
        publisher = _typed(graph, URIRef(f"{base}#publisher"), FOAF.Agent)
        graph.add((node, DCTERMS.publisher, publisher))
        graph.add((publisher, FOAF.name, Literal(urlsplit(base).hostname or base)))
    graph.add((node, FOAF.homepage, _typed(graph, URIRef(base), FOAF.Document)))
    graph.add((node, DCTERMS.conformsTo, _typed(graph, DCATAP[""], DCTERMS.Standard)))
    _languages(graph, node)
    for release in releases:
        graph.add((node, DCAT.dataset, _address(release, base)))


def _series(graph: Graph, release: ReleaseContent, base: str) -> None:
    node = _series_address(release, base)
    universe = words.title("UNIVERSE", release.universe)
    graph.add((node, RDF.type, DCAT.DatasetSeries))
    _add_texts(graph, node, DCTERMS.title, {one: f"{_SERIES[one]}: {universe[one]}" for one in words.LANGUAGES})
    _add_texts(graph, node, DCTERMS.description, _ABOUT)
    graph.add((node, DCTERMS.publisher, _publisher(graph, release, base)))
    graph.add((node, DCTERMS.accrualPeriodicity, _quarterly(graph)))


def _series_address(release: ReleaseContent, base: str) -> URIRef:
    return URIRef(f"{base}#series-{release.universe.lower()}")


def _address(release: ReleaseContent, base: str) -> URIRef:
    return URIRef(f"{base}/{release.id}/{release.revision}")


def _dataset(graph: Graph, release: ReleaseContent, releases: Iterable[ReleaseContent], base: str) -> None:
    node = _address(release, base)
    graph.add((node, RDF.type, DCAT.Dataset))
    _add_texts(graph, node, DCTERMS.title, release.title)
    _add_texts(graph, node, DCTERMS.description, _description(release))
    for language, keywords in _KEYWORDS.items():
        for keyword in keywords:
            graph.add((node, DCAT.keyword, Literal(keyword, lang=language)))
    graph.add((node, DCTERMS.publisher, _publisher(graph, release, base)))
    graph.add((node, DCAT.contactPoint, _contact(graph, release, base)))
    graph.add((node, DCTERMS.identifier, Literal(f"{release.id}/{release.revision}")))
    graph.add((node, DCTERMS.issued, Literal(release.publish_at)))
    graph.add((node, DCAT.version, Literal(str(release.revision))))
    _add_texts(graph, node, ADMS.versionNotes, release.note)
    graph.add((node, DCAT.inSeries, _series_address(release, base)))
    graph.add((node, DCAT.landingPage, _typed(graph, URIRef(f"{base}/{release.id}"), FOAF.Document)))
    _coverage(graph, node, release, base)
    _languages(graph, node)
    for other in releases:
        if other.id == release.id and other.revision == release.revision - 1:
            graph.add((node, DCAT.previousVersion, _address(other, base)))


def _coverage(graph: Graph, node: URIRef, release: ReleaseContent, base: str) -> None:
    graph.add((node, DCTERMS.spatial, _place(graph, release, base)))
    graph.add((node, DCTERMS.temporal, _time(graph, release, base)))
    graph.add((node, DCTERMS.accrualPeriodicity, _quarterly(graph)))
    theme = _typed(graph, AUTHORITY["data-theme/EDUC"], _CONCEPT)
    _add_texts(graph, theme, _LABEL, {"ko": "교육, 문화, 체육", "en": "Education, culture and sport"})
    graph.add((node, DCAT.theme, theme))
    graph.add((node, DCTERMS.accessRights, _public(graph)))


_CONCEPT = URIRef("http://www.w3.org/2004/02/skos/core#Concept")
_LABEL = URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")


def _description(release: ReleaseContent) -> Mapping[str, str]:
    return {
        "ko": f"{_ABOUT['ko']} 집계 기준 시각 {release.as_of.isoformat()}, 산출 방법 판 {release.method_version}. "
        f"{release.k}명 미만이 드러나는 값은 숨겼습니다.",
        "en": f"{_ABOUT['en']} As of {release.as_of.isoformat()}, method version {release.method_version}. "
        f"Figures that would show fewer than {release.k} persons are hidden.",
    }


def _distribution(graph: Graph, release: ReleaseContent, file: File, base: str) -> None:
    dataset = _address(release, base)
    node = URIRef(f"{dataset}/{file.name}#distribution")
    graph.add((dataset, DCAT.distribution, node))
    graph.add((node, RDF.type, DCAT.Distribution))
    _add_texts(graph, node, DCTERMS.title, file.title)
    graph.add((node, DCAT.accessURL, _typed(graph, URIRef(f"{base}/{release.id}"), _RESOURCE)))
    graph.add((node, DCAT.downloadURL, _typed(graph, URIRef(f"{dataset}/{file.name}"), _RESOURCE)))
    graph.add((node, DCTERMS.license, _licence(graph, release)))
    media = file.media_type.partition(";")[0]
    graph.add((node, DCAT.mediaType, _typed(graph, URIRef(f"{MEDIA}{media}"), DCTERMS.MediaType)))
    form = _typed(graph, AUTHORITY[f"file-type/{file.kind}"], DCTERMS.MediaTypeOrExtent)
    graph.add((node, DCTERMS["format"], form))
    if file.standard:
        graph.add((node, DCTERMS.conformsTo, _typed(graph, URIRef(file.standard), DCTERMS.Standard)))


def _content(graph: Graph, release: ReleaseContent, file: File, base: str, frozen: Frozen) -> None:
    """How many bytes a file has, and its checksum."""
    known = frozen.get(f"{release.id}/{release.revision}/{file.name}")
    if known is None:
        return
    size, sha256 = known
    node = URIRef(f"{_address(release, base)}/{file.name}#distribution")
    graph.add((node, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger)))
    checksum = _typed(graph, URIRef(f"{_address(release, base)}/{file.name}#checksum"), SPDX.Checksum)
    graph.add((node, SPDX.checksum, checksum))
    graph.add((checksum, SPDX.algorithm, _typed(graph, SPDX.checksumAlgorithm_sha256, SPDX.ChecksumAlgorithm)))
    graph.add((checksum, SPDX.checksumValue, Literal(sha256, datatype=XSD.hexBinary)))


_RESOURCE = URIRef("http://www.w3.org/2000/01/rdf-schema#Resource")


def _add_texts(graph: Graph, node: URIRef, name: URIRef, title: Mapping[str, str]) -> None:
    for language, text in title.items():
        if text:
            graph.add((node, name, Literal(text, lang=language)))


def _typed(graph: Graph, node: URIRef, kind: URIRef) -> URIRef:
    graph.add((node, RDF.type, kind))
    return node


def _languages(graph: Graph, node: URIRef) -> None:
    for code in ("KOR", "ENG"):
        language = _typed(graph, AUTHORITY[f"language/{code}"], DCTERMS.LinguisticSystem)
        graph.add((node, DCTERMS.language, language))


def _publisher(graph: Graph, release: ReleaseContent, base: str) -> URIRef:
    node = _typed(graph, URIRef(f"{base}#publisher"), FOAF.Agent)
    _add_texts(graph, node, FOAF.name, release.publisher)
    return node


def _contact(graph: Graph, release: ReleaseContent, base: str) -> URIRef:
    node = _typed(graph, URIRef(f"{base}/{release.id}/{release.revision}#contact"), VCARD.Kind)
    _add_texts(graph, node, VCARD.fn, release.publisher)
    if "@" in release.contact and " " not in release.contact:
        graph.add((node, VCARD.hasEmail, URIRef(f"mailto:{release.contact}")))
    else:
        graph.add((node, VCARD.note, Literal(release.contact)))
    return node


def _licence(graph: Graph, release: ReleaseContent) -> URIRef:
    return _typed(graph, URIRef(licence.address(release.licence)), DCTERMS.LicenseDocument)


def _public(graph: Graph) -> URIRef:
    return _typed(graph, AUTHORITY["access-right/PUBLIC"], DCTERMS.RightsStatement)


def _place(graph: Graph, release: ReleaseContent, base: str) -> URIRef:
    """The area at the top of the release's list."""
    top = top_areas(release)
    area = next(area for area in release.areas if area.code in top)
    node = _typed(graph, URIRef(f"{base}#area-{area.code}"), DCTERMS.Location)
    _add_texts(graph, node, _LABEL, area.title)
    graph.add((node, DCTERMS.identifier, Literal(area.code)))
    return node


def _quarterly(graph: Graph) -> URIRef:
    return _typed(graph, AUTHORITY["frequency/QUARTERLY"], DCTERMS.Frequency)


def _time(graph: Graph, release: ReleaseContent, base: str) -> URIRef:
    """From the first day of the first period to the last of the last."""
    node = _typed(graph, URIRef(f"{_address(release, base)}#time"), DCTERMS.PeriodOfTime)
    first, last = min(map(first_day, release.periods)), max(map(last_day, release.periods))
    graph.add((node, DCAT.startDate, Literal(first.isoformat(), datatype=XSD.date)))
    graph.add((node, DCAT.endDate, Literal(last.isoformat(), datatype=XSD.date)))
    return node


def _json_ld(graph: Graph) -> bytes:
    """Expanded JSON-LD, every list sorted: rdflib's own order changes from run to run."""
    nodes: list[dict[str, Any]] = json.loads(graph.serialize(format="json-ld"))
    for node in nodes:
        for values in node.values():
            if isinstance(values, list):
                values.sort(key=lambda value: json.dumps(value, sort_keys=True))
    nodes.sort(key=lambda node: str(node["@id"]))
    return (json.dumps(nodes, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
