"""How well local governments are prepared, as a release has it: a chart, and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from gateway.backend.release_figures import ReleaseFigures
from gateway.html.charts import Value
from gateway.language.i18n import Locale
from gateway.web.public_data.cells import number
from gateway.web.public_data.release_view import Sheet
from ieum.statistics.v1 import releases_pb2 as pb

_INDEX = "IX"
Said = Mapping[str, Any]


@dataclass(frozen=True)
class Capability:
    """`said` is the release's own; `labels` and `values` make the chart; the first sheet has the scores."""

    said: Said
    labels: Sequence[str]
    values: Sequence[Value]
    sheets: Sequence[Sheet]


def as_released(assessment: pb.CapabilityAssessment) -> Said:
    """As `release.json` will have it."""
    return {
        "period": assessment.period,
        "source": assessment.source,
        "sha256": assessment.sha256,
        "methodVersion": assessment.method_version,
        "draws": assessment.draws,
        "seed": assessment.seed,
        "indicators": assessment.indicators,
        "areas": [{"code": area.code, "title": dict(area.title)} for area in assessment.areas],
        "units": [_unit(unit, [area.code for area in assessment.areas]) for unit in assessment.units],
        "strata": [
            {
                "code": stratum.code,
                "units": stratum.units,
                "ranked": stratum.ranked,
                "gini": _known(stratum, "gini"),
                "gini_population": _known(stratum, "gini_population"),
                "title": dict(stratum.title),
            }
            for stratum in assessment.strata
        ],
    }


def _unit(unit: pb.AssessedUnit, areas: Sequence[str]) -> Said:
    index_and_ranks = ("arithmetic", "geometric", "rank", "best", "p05", "p95", "worst")
    return {
        "unit": unit.unit,
        "title": dict(unit.title),
        "stratum": unit.stratum,
        "scores": {area: unit.scores.get(area) for area in areas},
        "available": unit.available,
        **{name: _known(unit, name) for name in index_and_ranks},
        "ahead": list(unit.ahead),
    }


def _known(message: pb.AssessedUnit | pb.AssessedStratum, field: str) -> Any:
    return getattr(message, field) if message.HasField(field) else None  # type: ignore[arg-type]


def capability(said: Said | None, locale: Locale) -> Capability | None:
    if said is None:
        return None
    return Capability(
        said,
        [f"{locale.pick(one['title'])[0]} ({_kind(said, one, locale)})" for one in said["units"]],
        [_drawn(one, locale) for one in said["units"]],
        [_scores(said, locale), _ranks(said, locale), _kinds(said, locale)],
    )


def is_missed(figures: ReleaseFigures) -> bool:
    """No assessment had been loaded; releases of before had no place for one."""
    return figures.said.get("capability", figures) is None


def _drawn(one: Said, locale: Locale) -> Value:
    return locale.gettext("no index") if one["arithmetic"] is None else float(one["arithmetic"])


def _kind(said: Said, one: Said, locale: Locale) -> str:
    """Of a government, which is compared with others of its kind only."""
    return locale.pick(next(each for each in said["strata"] if each["code"] == one["stratum"])["title"])[0]


def _scores(said: Said, locale: Locale) -> Sheet:
    areas = [each["code"] for each in said["areas"]]
    columns = [locale.gettext("Local government"), *(locale.pick(each["title"])[0] for each in said["areas"])]
    columns += [locale.gettext("Index"), locale.gettext("Index, geometric mean")]
    rows = [
        [
            _who(said, one, locale),
            *(_figure(one["scores"][area], locale) for area in areas),
            _figure(one["arithmetic"], locale),
            _figure(one["geometric"], locale),
        ]
        for one in said["units"]
    ]
    return Sheet("capability-scores", locale.gettext("Points by area"), columns, rows, None)


def _ranks(said: Said, locale: Locale) -> Sheet:
    columns = [
        locale.gettext("Local government"),
        locale.gettext("Rank"),
        locale.gettext("In nine tries of ten"),
        locale.gettext("In all"),
    ]
    columns += [locale.gettext("Ahead of, whatever counts more"), locale.gettext("Share of the data that was there")]
    titles = {one["unit"]: locale.pick(one["title"])[0] for one in said["units"]}
    rows = [
        [
            _who(said, one, locale),
            _figure(one["rank"], locale),
            _range(one["p05"], one["p95"], locale),
            _range(one["best"], one["worst"], locale),
            ", ".join(titles[unit] for unit in one["ahead"]) or "–",
            _figure(one["available"], locale),
        ]
        for one in said["units"]
    ]
    return Sheet("capability-ranks", locale.gettext("Ranks"), columns, rows, None)


def _kinds(said: Said, locale: Locale) -> Sheet:
    columns = [locale.gettext("Kind"), locale.gettext("Looked at"), locale.gettext("With an index")]
    columns += [locale.gettext("Gini coefficient"), locale.gettext("Gini coefficient, weighted by residents")]
    rows = [
        [_coded(each["code"], locale.pick(each["title"])[0])]
        + [_figure(each[name], locale) for name in ("units", "ranked", "gini", "gini_population")]
        for each in said["strata"]
    ]
    return Sheet("capability-kinds", locale.gettext("How unequal they are"), columns, rows, None)


def _who(said: Said, one: Said, locale: Locale) -> Markup:
    kind = Markup(' <span class="unit">{}</span>').format(_kind(said, one, locale))
    return _coded(one["unit"], locale.pick(one["title"])[0]) + kind


def _coded(code: str, title: str) -> Markup:
    return Markup('<span data-code="{}">{}</span>').format(code, title)


def _figure(value: str | int | None, locale: Locale) -> Markup:
    """With the exact decimal behind it."""
    if value is None:
        return Markup('<span class="why">{}</span>').format(locale.gettext("no index"))
    return Markup('<data value="{}">{}</data>').format(value, number(str(value), _INDEX, locale))


def _range(first: int | None, last: int | None, locale: Locale) -> Markup:
    if first == last:
        return _figure(first, locale)
    return _figure(first, locale) + "–" + _figure(last, locale)
