"""Published releases by the SDMX REST API (2.x): the structure of a release's flow, and its figures by key.

A flow is a release's own: `DF_{id of the release}` in capital letters, its version the edition. So a query finds its
release without a list of flows, and clients that know the address of this API need no other.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aiohttp import hdrs, web

from gateway.backend.published_releases import PUBLISHED_RELEASES, file_of, send_file
from gateway.documents.csv import END
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.errors import Invalid, Missing

DATA, STRUCTURE = "observations.sdmx.csv", "structure.sdmx.xml"
_ID = r"{kind:DF|DSD}_{release:[A-Z0-9_]{1,64}}"
_WHAT = r"{agency:[A-Za-z0-9_.*-]{1,80}}/" + _ID + r"/{version:[0-9.+~]{1,12}|latest}"
_NEWEST = frozenset({"latest", "+", "~"})
_ID_COLUMNS = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
_TIME = "TIME_PERIOD"
_MEASURE = "OBS_VALUE"
_MEDIA = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"

routes = web.RouteTableDef()


@routes.get(f"/sdmx/structure/{{artefact:dataflow|datastructure}}/{_WHAT}")
async def structure(request: web.Request) -> web.Response:
    """The release's flow, its structure and all code lists of its own, as SDMX-ML 3.0."""
    release = await _release(request)
    await _rows(request, release)  # only for the agency that it is of
    return await send_file(request, release, STRUCTURE)


@routes.get(f"/sdmx/data/dataflow/{_WHAT}")
@routes.get(f"/sdmx/data/dataflow/{_WHAT}/{{key}}")
async def data(request: web.Request) -> web.Response:
    """Figures as SDMX-CSV 2.0. The key has a place for each dimension but time, in the order of the structure: codes
    with commas between, or * for all. `c[NAME]=` narrows any dimension, time included."""
    release = await _release(request)
    head, *lines = await _rows(request, release)
    wanted = {**_of_key(request.match_info.get("key", "*"), head), **_of_components(request, head)}
    chosen = [line for line in lines if all(line[place] in codes for place, codes in wanted.items())]
    if not chosen:
        raise Missing("SDMX_NOTHING_FOUND")
    out = io.StringIO()
    csv.writer(out, lineterminator=END).writerows([head, *chosen])
    headers = {hdrs.CONTENT_TYPE: _MEDIA, "Access-Control-Allow-Origin": "*", hdrs.CACHE_CONTROL: "no-cache"}
    return web.Response(body=out.getvalue().encode(), headers=headers)


def addresses(release: pb.Release) -> tuple[str, str]:
    """Where this API has the structure and the figures of a release; of any agency, because a release has one."""
    flow = f"*/DF_{release.series.removeprefix('releases/').upper().replace('-', '_')}/{release.edition}.0.0"
    return f"/sdmx/structure/dataflow/{flow}", f"/sdmx/data/dataflow/{flow}"


async def _release(request: web.Request) -> pb.Release:
    series = request.match_info["release"].lower().replace("_", "-")
    editions = await request.app[PUBLISHED_RELEASES].editions(f"releases/{series}")
    version = request.match_info["version"]
    if version in _NEWEST:
        return editions[-1]
    found = next((each for each in editions if version in (str(each.edition), f"{each.edition}.0.0")), None)
    if found is None:
        raise Missing("SDMX_NOTHING_FOUND")
    return found


async def _rows(request: web.Request, release: pb.Release) -> list[list[str]]:
    """Of the release's file, the head first. A flow of another agency is not there."""
    content = await request.app[PUBLISHED_RELEASES].content(release, file_of(release, DATA))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    agency, flow = request.match_info["agency"], f"DF_{request.match_info['release']}"
    if agency != "*" and rows[1:] and not rows[1][1].startswith(f"{agency}:{flow}("):
        raise Missing("SDMX_NOTHING_FOUND")
    return rows


def _dimensions(head: Sequence[str]) -> list[str]:
    """Those of the key. Time, which has no place there, comes from the query."""
    return [name for name in head[len(_ID_COLUMNS) : head.index(_MEASURE)] if name != _TIME]


def _of_key(key: str, head: Sequence[str]) -> Mapping[int, frozenset[str]]:
    names = _dimensions(head)
    parts = key.split(".")
    if key in ("*", "all"):
        return {}
    if len(parts) != len(names):
        raise Invalid("SDMX_KEY", field="key", count=len(names), names=".".join(names))
    return dict(_chosen(zip(names, parts, strict=True), head))


def _of_components(request: web.Request, head: Sequence[str]) -> Mapping[int, frozenset[str]]:
    known = {f"c[{name}]": name for name in [*_dimensions(head), _TIME]}
    given = [(known[name], text) for name, text in request.query.items() if name in known]
    return dict(_chosen(given, head))


def _chosen(given: Iterable[tuple[str, str]], head: Sequence[str]) -> Iterator[tuple[int, frozenset[str]]]:
    for name, text in given:
        codes = frozenset(filter(None, re.split(r"[,+]", text)))
        if codes and codes != {"*"}:
            yield head.index(name), codes
