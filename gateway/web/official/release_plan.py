"""Planning a release: what it is about, then what will be in it, then it is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.form import read_texts
from gateway.web.official import release_detail
from gateway.web.official import release_labels as words
from gateway.web.official.release_time import chosen_time
from gateway.web.official.releases import HERE, address, oversees, require_official
from gateway.web.site import area_choices
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2
from services.chassis import clock
from services.chassis.errors import Exhausted, Forbidden, Invalid, Problem, Refused, Unavailable

_QUARTERS_BACK = 12
_ENROLMENTS = "ENR"
_PREVIEW_SECONDS = 60.0

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Plan:
    """As chosen; `periods` are quarters and years."""

    area: str
    universe: str
    periods: tuple[str, ...]
    day: str = ""
    """On which it is meant to come out; announced where it is given."""
    detail: Mapping[str, Sequence[str]] = field(default_factory=lambda: release_detail.USUAL)
    alone: bool = False
    """Years without their quarters."""

    def asked(self, announced: datetime | None = None) -> pb.PlanReleaseRequest:
        return pb.PlanReleaseRequest(
            area=self.area,
            universe=statistics_pb2.Universe.Value(self.universe),
            periods=self.periods,
            publish_time=clock.stamp(announced),
            detail=release_detail.to_message(self.detail),
            years_alone=self.alone,
        )

    @property
    def quarters(self) -> tuple[str, ...]:
        """Also those of the years: they are counted in any case."""
        asked = {each if "-" in each else f"{each}-Q{number}" for each in self.periods for number in range(1, 5)}
        return tuple(sorted(asked))

    @property
    def years(self) -> tuple[str, ...]:
        return tuple(sorted(each for each in self.periods if "-" not in each))


def read(given: MultiMapping[Any], usual_area: str) -> Plan:
    universe = str(given.get("universe", ""))
    return Plan(
        str(given.get("area", "")) or usual_area,
        universe if universe in words.UNIVERSES else next(iter(words.UNIVERSES)),
        tuple(str(each) for each in given.getall("periods", [])),
        str(given.get("day", "")).strip(),
        release_detail.read(given),
        "alone" in given,
    )


def finished(now: datetime, zone: tzinfo) -> tuple[list[str], list[str]]:
    """Quarters and years that are over where the city is, the latest first."""
    local = now.astimezone(zone)
    present = local.year * 4 + (local.month - 1) // 3
    quarters = [f"{each // 4}-Q{each % 4 + 1}" for each in range(present - 1, present - 1 - _QUARTERS_BACK, -1)]
    years = [str(local.year - back) for back in range(1, 1 + _QUARTERS_BACK // 4)]
    return quarters, years


@routes.get(HERE + "/new")
async def ask(request: web.Request) -> web.Response:
    """The form, also with what was chosen before."""
    return await _form(request, await _asked(request, request.query))


@routes.get(HERE + "/new/check")
async def check(request: web.Request) -> web.Response:
    plan = await _asked(request, request.query)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    try:
        if not plan.periods:
            raise Invalid("PERIODS_MISSING", field="periods")
        announced = chosen_time(locale, plan.day) if plan.day else None
        enrolments = await _enrolments(request, plan)
        preview = await _preview(request, plan)
    except (Invalid, Forbidden, Refused) as problem:
        return await _refused(request, plan, problem)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    rows = [
        (words.period(locale, quarter), locale.number(int(enrolments[quarter])) if enrolments.get(quarter) else None)
        for quarter in plan.quarters
    ]
    return page(
        request, "official/release_check.html",
        plan=plan,
        area=area_choices.title(locale, places, plan.area),
        places_below=max(0, len(places.below(plan.area)) - 1),
        universe=locale.gettext(words.UNIVERSES[plan.universe]),
        rows=rows,
        years=words.periods(locale, plan.years),
        levels=release_detail.levels(locale, plan.detail, preview),
        gaps=release_detail.gaps(locale, preview) if preview and preview.gaps else None,
        estimated=preview is not None,
        announced=announced,
        nobody=not any(enrolments.get(quarter, "0") != "0" for quarter in plan.quarters),
        back=str(request.rel_url.with_path(HERE + "/new")),
    )  # fmt: skip


@routes.post(HERE)
async def plan_and_build(request: web.Request) -> web.Response:
    plan = await _asked(request, await read_texts(request))
    locale, service = request[PAGE].locale, request.app[CLIENTS].releases
    try:
        announced = chosen_time(locale, plan.day) if plan.day else None
        planned = await service.PlanRelease(plan.asked(announced))
        fresh = planned.state == pb.Release.PLANNED
        if fresh:
            await service.BuildRelease(pb.BuildReleaseRequest(name=planned.name))
    except Problem as problem:
        return await _refused(request, plan, problem)
    flash = (
        Flash(
            locale.gettext("The release is planned and is being counted"),
            locale.gettext("You may leave this page; it goes on without you."),
        )
        if fresh
        else Flash(
            locale.gettext("This release is there already"),
            locale.gettext("The same area, people and periods were planned before. Go on here."),
            "information",
        )
    )
    return go_to(address(planned.name), flash, request)


async def _asked(request: web.Request, given: MultiMapping[Any]) -> Plan:
    own = await _own_areas(request)
    return read(given, own[0][0] if own else "")


async def _own_areas(request: web.Request) -> list[area_choices.Choice]:
    viewer, places = require_official(request), await request.app[PLACES].all()
    held = viewer.principal.scopes("official")
    if not held:
        raise Forbidden("ROLE_NEEDED")
    every = area_choices.areas_within(request[PAGE].locale, places, held)
    return [choice for choice in every if oversees(viewer, places, choice[0], "official") and choice[0] in places.areas]


async def _enrolments(request: web.Request, plan: Plan) -> dict[str, str]:
    """What is counted today, by quarter: "" where it is hidden. Of all quarters: some would be a choice to be noted."""
    asked = statistics_pb2.QueryTableRequest(
        area=plan.area,
        universe=statistics_pb2.Universe.Value(plan.universe),
        by=statistics_pb2.TIME_PERIOD,
    )
    table = await request.app[CLIENTS].statistics.QueryTable(asked)
    counted = {
        row.code: next((value.value for value in row.values if value.measure == _ENROLMENTS), "")
        for row in table.rows
        if row.code in plan.quarters
    }
    return dict.fromkeys(plan.quarters, "0") | counted


async def _preview(request: web.Request, plan: Plan) -> pb.PlanPreview | None:
    """None where it cannot be estimated now: that keeps nobody from planning."""
    try:
        return await request.app[CLIENTS].releases.PreviewPlan(
            pb.PreviewPlanRequest(plan=plan.asked()), timeout=_PREVIEW_SECONDS
        )
    except (Exhausted, Unavailable):
        return None


async def _refused(request: web.Request, plan: Plan, problem: Problem) -> web.Response:
    field = problem.field if problem.field in ("area", "universe", "periods", "day") else "periods"
    wrong = {field: errors.message(request[PAGE].locale, problem)}
    return await _form(request, plan, status=status_of(problem), errors=wrong)


async def _form(request: web.Request, plan: Plan, **values: Any) -> web.Response:
    locale = request[PAGE].locale
    quarters, years = finished(clock.now(), locale.timezone)
    quarters += sorted(set(_quarters_in(plan.periods)) - set(quarters))
    return page(
        request, "official/release_plan.html",
        plan=plan,
        chosen=plan.detail is not release_detail.USUAL or plan.alone,
        area_choices=await _own_areas(request),
        universe_choices=[(code, locale.gettext(text)) for code, text in words.UNIVERSES.items()],
        year_choices=[(code, words.period(locale, code)) for code in years],
        quarter_choices=[(code, words.period(locale, code)) for code in quarters],
        **values,
    )  # fmt: skip


def _quarters_in(periods: Iterable[str]) -> list[str]:
    return [each for each in periods if "-" in each]
