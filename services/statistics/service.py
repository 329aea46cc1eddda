"""The RPC door: one query, limited to the caller's own areas, for page, CSV and JSON alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1 import statistics_pb2_grpc
from services.chassis.clock import moment, now, stamp
from services.chassis.errors import Forbidden, Invalid
from services.chassis.mongo import Document
from services.chassis.principal import acting
from services.statistics import store
from services.statistics.domain.areas import EVERYWHERE, AreaTree
from services.statistics.domain.dimensions import AGE_BANDS, DIGCOMP_AREAS, FLAGS, SEXES, TOTAL, UNKNOWN
from services.statistics.domain.disclosure import Policy
from services.statistics.domain.live import MEASURES, Figure, Tally, protected
from services.statistics.domain.measures import METHOD_VERSION
from services.statistics.domain.periods import checked_quarter
from services.statistics.store import Facts

TOKEN_SCOPES = {"QueryTable": "statistics.read"}

_OVERLAPPING = (pb.TARGET_GROUP, pb.COURSE_DOMAIN)
_POLICY = Policy()


class StatisticsService(statistics_pb2_grpc.StatisticsServiceServicer):
    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    async def QueryTable(self, request: pb.QueryTableRequest, context: object) -> pb.Table:
        tree = await self._facts.areas()
        area = _allowed_area(request.area, tree)
        match = _match(request, area, tree)
        as_of = moment(request.as_of)
        courses = await self._facts.course_list()
        codes, row = _rows(request.by, area, tree, courses)
        found = {tally.code: tally for tally in await self._facts.tallies(match, row, as_of)}
        whole = await self._facts.tallies(match, {"$literal": TOTAL}, as_of)
        total = whole[0] if whole else Tally(TOTAL)
        rows = [] if request.by == pb.DIMENSION_UNSPECIFIED else _ordered(codes, found)
        additive = request.by not in _OVERLAPPING
        figures = protected(rows, total, additive=additive and bool(rows), policy=_POLICY)
        titles = {**{name: document["title"] for name, document in courses.items()}, **tree.titles}
        return pb.Table(
            area=area,
            universe=request.universe or pb.RESIDENT,
            by=request.by,
            as_of=stamp(as_of or now()),
            rows=[_row(tally.code, columns, titles) for tally, columns in zip(rows, figures, strict=False)],
            total=_row(TOTAL, figures[-1], titles),
            additive=additive,
            from_quarter=request.from_quarter,
            to_quarter=request.to_quarter,
            course=request.course,
            method_version=METHOD_VERSION,
            threshold=_POLICY.k,
        )


def _allowed_area(wanted: str, tree: AreaTree) -> str:
    """The area asked for, or the caller's own; whatever lies elsewhere is refused alike, whether it exists or not."""
    caller = acting()
    caller.require("official", "administrator")
    scopes = {EVERYWHERE} if caller.is_system else caller.scopes("official") | caller.scopes("administrator")
    area = wanted or caller.token_area or _widest(scopes)
    inside_token = not caller.token_area or tree.allows((caller.token_area,), area)
    if not (inside_token and tree.allows(scopes, area)):
        raise Forbidden("AREA_OUT_OF_SCOPE", field="area")
    return area


def _widest(scopes: frozenset[str] | set[str]) -> str:
    return EVERYWHERE if EVERYWHERE in scopes else min(scopes, key=lambda scope: (len(scope), scope))


def _match(request: pb.QueryTableRequest, area: str, tree: AreaTree) -> Document:
    first = checked_quarter(request.from_quarter, "from_quarter")
    last = checked_quarter(request.to_quarter, "to_quarter")
    if first and last and last < first:
        raise Invalid("QUARTERS_REVERSED", field="to_quarter")
    universe = "employee" if request.universe == pb.EMPLOYEE else "resident"
    quarter: Document = {"$gte": first or "0000"} | ({"$lte": last} if last else {})
    match: Document = {"universe": universe, "quarter": quarter}
    if as_of := moment(request.as_of):
        match["enrolled_at"] = {"$lte": as_of}
    if request.course:
        match["course"] = request.course
    if area.startswith("organisations/"):
        return match | {"organisation": area}
    return match if tree.is_whole(area) else match | {"area": {"$in": tree.below(area)}}


def _rows(
    by: pb.Dimension.ValueType, area: str, tree: AreaTree, courses: Mapping[str, Document]
) -> tuple[list[str], Any]:
    """Codes that the table lists even when nobody is there, and the expression that puts a fact under its code."""
    match by:
        case pb.REF_AREA:
            branches = tree.branches(area) if not area.startswith("organisations/") else {}
            return list(branches), store.by_area(branches)
        case pb.AGE:
            return [code for code, _, _ in AGE_BANDS], store.by_age()
        case pb.SEX:
            return list(SEXES[:2]), store.by_sex()
        case pb.TARGET_GROUP:
            return [code for flag in ("OLD", *FLAGS) for code in (flag, f"N_{flag}")], store.by_target_group()
        case pb.COURSE:
            return [], "$course"
        case pb.TIME_PERIOD:
            return [], "$quarter"
        case pb.COURSE_DOMAIN:
            return [f"DC30_{area}" for area in DIGCOMP_AREAS], store.by_digcomp_area(courses)
        case _:
            return [], {"$literal": TOTAL}


def _ordered(codes: list[str], found: Mapping[str, Tally]) -> list[Tally]:
    """Listed codes first and in their order, then what else there is, the unknown last."""
    others = sorted(code for code in found if code not in codes and code != UNKNOWN)
    last = [UNKNOWN] if UNKNOWN in found else []
    return [found.get(code, Tally(code)) for code in (*codes, *others, *last)]


def _row(code: str, figures: list[Figure], titles: Mapping[str, Mapping[str, str]]) -> pb.Row:
    values = [
        pb.Value(measure=f.measure, value=f.value or "", obs_status=f.status, unit=MEASURES[f.measure]) for f in figures
    ]
    return pb.Row(code=code, title=dict(titles.get(code, {})), values=values)
