"""Officials make a release on pages: each state offers its own next step, and a refusal keeps what was typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.i18n import Locale
from gateway.web.official.release_labels import cost
from gateway.web.official.release_plan import finished
from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Exhausted, Invalid, Refused
from services.statistics.releases.assessment_messages import assessment_to_message
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.official.test_live_table import AREAS
from tests.unit.statistics.small_release import assessment, small_release_files

HERE = "/statistics/releases"
ONE = f"{HERE}/hb01-res-2025"
PLANNER = "people/official"
OURS = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
ENGLISH = OURS | {"Cookie": "ieum_session=official"}
SECOND = OURS | {"Cookie": "ieum_session=second"}
ADMIN = OURS | {"Cookie": "ieum_session=admin"}
OPENED = pb.BuildFailure(
    reason="AUDIT_OPENED",
    opened=[
        pb.OpenedCell(
            period="2025-Q2", area="HB0101", dimension="group", code="DIS", measure="ENR",
            attack=pb.OpenedCell.EXACT_DISCLOSURE,
        ),
        pb.OpenedCell(
            period="2025", area="HB01", code="_T", measure="EPR", attack=pb.OpenedCell.INTERVAL_TOO_NARROW
        ),
    ],
)  # fmt: skip
WORKED_OUT = "Q2 2025, Solnae, With a disability, Enrolments: can be worked out"
ELSEWHERE = pb.BuildFailure(
    reason="AUDIT_OPENED",
    opened=[
        pb.OpenedCell(period="2025", area="somewhere", code="_T", measure="ENR", attack=pb.OpenedCell.EXACT_DISCLOSURE)
    ],
)
COST = pb.Cost(cells=200, primary=20, secondary=10, persons=12, everybody=48)

PREVIEW = pb.PlanPreview(
    tables=[
        pb.TablePreview(table="area", year=True, top=True, chosen=True, cells=3),
        pb.TablePreview(table="group", year=True, top=True, chosen=True, cells=24, hidden_percent=35),
        pb.TablePreview(table="area", year=False, top=False, chosen=True, cells=9, hidden_percent=10),
    ],
    gaps=[pb.GapPreview(group="DIS", year=True, top=True, gaps=1, seen_percent=100)],
)


def release(state: pb.Release.State.ValueType, **values: Any) -> pb.Release:
    given: dict[str, Any] = {"periods": ["2025-Q1", "2025"], "planned_by": PLANNER, "edition": 1, "threshold": 5}
    title = {"en": "Hanbit: training, 2025", "ko": "한빛시 교육 통계 2025"}
    made = pb.Release(name="releases/hb01-res-2025", area="areas/HB01", title=title, state=state, **(given | values))
    made.universe = statistics_pb2.RESIDENT
    return made


@pytest.fixture(autouse=True)
def officials(fake: Fakes) -> None:
    for login in ("official", "second"):
        fake.sign_in(login, "learner", "official", scope="areas/HB01")
    fake.sign_in("admin", "administrator")
    fake.answers["ListAreas"] = AREAS
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    fake.answers["ListCentres"] = people_pb2.ListCentresResponse()
    fake.answers["QueryTable"] = statistics_pb2.Table()
    fake.answers["BuildRelease"] = release(pb.Release.BUILDING)
    fake.answers["PreviewPlan"] = PREVIEW


async def text_of(client: Client, address: str, headers: dict[str, str] = ENGLISH) -> str:
    answer = await client.get(address, headers=headers)
    assert answer.status == 200
    return await answer.text()


async def test_a_learner_has_no_releases(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "learner")
    for address in (HERE, f"{HERE}/new", ONE, f"{ONE}/preview", f"{ONE}/revise"):
        assert (await client.get(address, headers=ENGLISH)).status == 403
    assert not fake.calls["ListReleases"]
    assert not fake.calls["GetRelease"]


async def test_the_list_says_how_far_each_is_and_what_comes_out_when(client: Client, fake: Fakes) -> None:
    due = Timestamp(seconds=1_796_083_200)  # 2026-12-01 09:00 in the city
    rows = [release(pb.Release.BUILT), release(pb.Release.SCHEDULED, publish_time=due)]
    fake.answers["ListReleases"] = pb.ListReleasesResponse(releases=rows)
    text = await text_of(client, HERE)
    assert "Waits for approval" in text
    assert "What comes out when" in text
    assert "1 December 2026 09:00" in text
    assert fake.requests("ListReleases")[0].all


@pytest.mark.parametrize(("zone", "quarter", "year"), [("Asia/Seoul", "2026-Q4", "2026"), ("UTC", "2026-Q3", "2025")])
async def test_only_what_is_over_where_the_city_is_can_be_chosen(zone: str, quarter: str, year: str) -> None:
    quarters, years = finished(datetime(2026, 12, 31, 15, 30, tzinfo=UTC), ZoneInfo(zone))
    assert quarters[0] == quarter
    assert years[0] == year


async def test_a_plan_without_periods_comes_back_with_the_rest_of_it(client: Client) -> None:
    answer = await client.get(f"{HERE}/new/check?area=areas/HB0101&universe=EMPLOYEE", headers=ENGLISH)
    text = await answer.text()
    assert answer.status == 422
    assert "<title>Error: Plan a release" in text
    assert '<option value="areas/HB0101" selected>' in text
    assert 'value="EMPLOYEE" checked' in text


async def test_before_it_is_planned_one_sees_what_will_be_in_it(client: Client, fake: Fakes) -> None:
    table = statistics_pb2.Table()
    for code, value, status in (("2025-Q1", "40", "A"), ("2025-Q2", "", "Q")):
        table.rows.add(code=code).values.add(measure="ENR", value=value, obs_status=status)
    fake.answers["QueryTable"] = table
    text = await text_of(client, f"{HERE}/new/check?area=areas/HB01&periods=2025&periods=2025-Q1")
    assert "Hanbit and 2 places in it" in text
    assert text.count('scope="row">Q') == 4
    assert "Hidden" in text
    assert 'name="periods" value="2025"' in text
    assert "about 35% hidden" in text
    assert "Totals are always printed: about 10% hidden." in text
    assert "Quarters: the area as a whole" not in text, "what the plan has not"
    assert "With a disability" in text
    assert not fake.calls["PlanRelease"]


async def test_the_chosen_tables_are_estimated_planned_and_kept(client: Client, fake: Fakes) -> None:
    chosen = "area=areas/HB01&periods=2025&detail=chosen&year_top=sex&year_top=group&alone=1"
    text = await text_of(client, f"{HERE}/new/check?{chosen}")
    asked = fake.requests("PreviewPlan")[0].plan
    assert (list(asked.detail.year_top), list(asked.detail.year_areas), asked.years_alone) == (
        ["sex", "group"],
        [],
        True,
    )
    assert 'formaction="/statistics/releases/new/check"' in text
    fake.answers["PlanRelease"] = Refused("PERIOD_NOT_OVER", field="periods", period="2025")
    form = {"area": "areas/HB01", "periods": "2025", "detail": "chosen", "year_top": "sex", "alone": "1"}
    again = await (await client.post(HERE, headers=ENGLISH, data=form)).text()
    assert list(fake.requests("PlanRelease")[0].detail.year_top) == ["sex"]
    assert '<input type="hidden" name="year_top" value="sex">' in again


async def test_a_preview_that_cannot_be_had_keeps_nobody_from_planning(client: Client, fake: Fakes) -> None:
    fake.answers["PreviewPlan"] = Exhausted("PREVIEW_RUNNING")
    text = await text_of(client, f"{HERE}/new/check?area=areas/HB01&periods=2025")
    assert "They could not be estimated just now" in text
    assert 'value="group" checked' in text


async def test_the_button_plans_and_has_it_counted(client: Client, fake: Fakes) -> None:
    fake.answers["PlanRelease"] = release(pb.Release.PLANNED)
    form = {"area": "areas/HB01", "universe": "RESIDENT", "periods": "2025"}
    answer = await client.post(HERE, headers=ENGLISH, data=form, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, ONE)
    asked = fake.requests("PlanRelease")[0]
    assert (asked.area, list(asked.periods)) == ("areas/HB01", ["2025"])
    assert [each.name for each in fake.requests("BuildRelease")] == ["releases/hb01-res-2025"]


async def test_a_plan_that_is_there_already_is_not_begun_again(client: Client, fake: Fakes) -> None:
    fake.answers["PlanRelease"] = release(pb.Release.PUBLISHED)
    answer = await client.post(HERE, headers=ENGLISH, data={"periods": "2025"}, allow_redirects=False)
    assert answer.headers["Location"] == ONE
    assert not fake.calls["BuildRelease"]


async def test_a_period_that_is_not_over_comes_back_with_what_was_chosen(client: Client, fake: Fakes) -> None:
    fake.answers["PlanRelease"] = Refused("PERIOD_NOT_OVER", field="periods", period="2030-Q1")
    answer = await client.post(HERE, headers=ENGLISH, data={"periods": "2030-Q1"})
    text = await answer.text()
    assert answer.status == 409
    assert "2030-Q1 is not over yet" in text
    assert 'value="2030-Q1" checked' in text


@pytest.mark.parametrize(
    ("state", "values", "offered"),
    [
        (pb.Release.PLANNED, {}, "Count it"),
        (pb.Release.BUILDING, {"done": 7, "total": 28}, "7 of 28 parts are done"),
        (pb.Release.BUILDING, {"builds_before": 2}, "2 other releases are counted first"),
        (pb.Release.BUILDING, {"builds_before": 0}, "It is the next to be counted"),
        (pb.Release.BUILDING, {"done": 7, "total": 28}, "Stop counting"),
        (pb.Release.FAILED, {"failure": "BUILD_FAILED"}, "What is done is kept"),
        (pb.Release.FAILED, {"build_failure": OPENED}, WORKED_OUT),
        (pb.Release.FAILED, {"build_failure": ELSEWHERE}, "somewhere"),
        (pb.Release.BUILT, {"cost": COST}, "You planned it, so you cannot approve it"),
        (pb.Release.APPROVED, {"cost": COST}, "On a day that I choose"),
        (pb.Release.SCHEDULED, {"publish_time": stamp(now())}, "The files are being written."),
        (pb.Release.PUBLISHED, {"publish_time": stamp(now())}, 'href="/data/hb01-res-2025"'),
    ],
)
async def test_each_state_has_its_next_step(
    client: Client, fake: Fakes, state: pb.Release.State.ValueType, values: dict[str, Any], offered: str
) -> None:
    fake.answers["GetRelease"] = release(state, **values)
    text = await text_of(client, ONE)
    assert offered in text
    korean = await text_of(client, ONE, ENGLISH | {"Accept-Language": "ko"})
    assert "한빛시 교육 통계 2025" in korean


async def test_a_page_at_work_follows_itself_also_without_scripts(client: Client, fake: Fakes) -> None:
    fake.answers["GetRelease"] = release(pb.Release.BUILDING)
    text = await text_of(client, ONE)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text
    assert 'data-follow="2"' in text
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    assert "refresh" not in await text_of(client, ONE)


@pytest.mark.parametrize("who", [SECOND, ADMIN])
async def test_a_second_official_or_an_administrator_may_approve(
    client: Client, fake: Fakes, who: dict[str, str]
) -> None:
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    assert "Approve the release" in await text_of(client, ONE, who)
    answer = await client.post(ONE, headers=who, data={"do": "approve"}, allow_redirects=False)
    assert answer.status == 303
    assert len(fake.calls["ApproveRelease"]) == 1


async def test_the_planner_is_not_offered_to_approve(client: Client, fake: Fakes) -> None:
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    assert "Approve the release" not in await text_of(client, ONE)


def test_the_cost_is_said_with_its_shares() -> None:
    said = cost(Locale("en"), COST)
    assert said.shown == "Readers see 170 of 200 figures; 30 (15.0%) are hidden."
    assert said.persons.startswith("12 of the 48 people counted (25.0%)")
    assert not said.much


def test_a_table_given_up_is_named_in_words() -> None:
    defectors = pb.CollapsedTable(period="2026-Q3", table="flag", code="NKD", extent=pb.CollapsedTable.NOTHING_SHOWN)
    said = cost(Locale("en"), pb.Cost(cells=10, primary=9, collapsed_tables=[defectors]))
    assert said.collapsed == [
        ("Q3 2026, North Korean defectors", "Nothing is shown. It waits for a release over a longer period.")
    ]
    assert said.much


async def test_a_time_is_the_citys(client: Client, fake: Fakes) -> None:
    fake.answers["PublishRelease"] = release(pb.Release.SCHEDULED, publish_time=stamp(now()))
    form = {"do": "publish", "when": "later", "day": "2099-01-01", "time": "09:00"}
    await client.post(ONE, headers=ENGLISH, data=form, allow_redirects=False)
    assert fake.requests("PublishRelease")[0].publish_time.ToDatetime(UTC) == datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time", "field"),
    [("", "09:00", "day"), ("soon", "09:00", "day"), ("2099-01-01", "nine", "time"), ("2020-01-01", "09:00", "day")],
)
async def test_a_time_that_cannot_be_publishes_nothing(
    client: Client, fake: Fakes, day: str, time: str, field: str
) -> None:
    fake.answers["GetRelease"] = release(pb.Release.APPROVED, cost=COST)
    answer = await client.post(ONE, headers=ENGLISH, data={"do": "publish", "when": "later", "day": day, "time": time})
    text = await answer.text()
    assert answer.status == 422
    assert f'href="#{field}"' in text
    assert 'value="later" checked' in text
    assert not fake.calls["PublishRelease"]


async def test_an_outdated_release_offers_to_count_again(client: Client, fake: Fakes) -> None:
    fake.answers["GetRelease"] = release(pb.Release.APPROVED, cost=COST)
    fake.answers["PublishRelease"] = Refused("RELEASE_OUTDATED")
    answer = await client.post(ONE, headers=ENGLISH, data={"do": "publish", "when": "now"})
    text = await answer.text()
    assert answer.status == 409
    assert "Count it again" in text


async def test_a_correction_needs_its_note_in_every_language(client: Client, fake: Fakes) -> None:
    fake.answers["GetRelease"] = release(pb.Release.PUBLISHED)
    answer = await client.post(f"{ONE}/revise", headers=ENGLISH, data={"note_ko": "고쳤어요", "note_en": " "})
    text = await answer.text()
    assert answer.status == 422
    assert 'href="#note_en"' in text
    assert "고쳤어요" in text
    assert not fake.calls["ReviseRelease"]


async def test_a_correction_is_planned_and_counted(client: Client, fake: Fakes) -> None:
    corrected = release(pb.Release.PLANNED)
    corrected.name += "-r2"
    fake.answers["ReviseRelease"] = corrected
    form = {"note_ko": "고쳤어요", "note_en": "Corrected"}
    answer = await client.post(f"{ONE}/revise", headers=ENGLISH, data=form, allow_redirects=False)
    assert answer.headers["Location"] == f"{ONE}-r2"
    assert fake.requests("ReviseRelease")[0].note == {"ko": "고쳤어요", "en": "Corrected"}
    assert not fake.requests("ReviseRelease")[0].withdraws
    await client.post(f"{ONE}/revise", headers=ENGLISH, data=form | {"withdraws": "1"}, allow_redirects=False)
    assert fake.requests("ReviseRelease")[1].withdraws
    assert fake.requests("BuildRelease")[0].name == "releases/hb01-res-2025-r2"


async def test_the_preview_shows_what_comes_out_and_hides_what_is_hidden(client: Client, fake: Fakes) -> None:
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    fake.answers["ListObservations"] = observations
    text = await text_of(client, f"{ONE}/preview?period=2025&area=areas/HB01")
    assert '<data value="40">40</data>' in text
    assert "Women" in text
    assert '<td class="withheld numeric">Hidden</td>' in text
    assert "Started" not in text  # no table of these has it
    assert '<data value="7.1">7.1</data>' in text
    assert "residents not known" in text
    assert {each.period for each in fake.requests("ListObservations")} == {"2025"}


async def test_the_preview_shows_the_assessment_that_comes_out_or_that_there_is_none(
    client: Client, fake: Fakes
) -> None:
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    fake.answers["ListObservations"] = observations
    assert "No assessment of these years" in await text_of(client, f"{ONE}/preview")
    said = json.loads(small_release_files()["release.json"])["capability"]
    fake.answers["GetAssessment"] = pb.AssessmentContent(assessment=assessment_to_message(assessment()))
    text = await text_of(client, f"{ONE}/preview")
    assert "No assessment of these years" not in text
    assert 'id="capability-scores-caption"' in text
    assert said["source"] in text
    assert "capability.csv" not in text, "there is no file of it yet"
    assert fake.requests("GetAssessment")[0].release == "releases/hb01-res-2025"


def observations(asked: pb.ListObservationsRequest) -> pb.ListObservationsResponse:
    if asked.table not in ("area", "sex"):
        return pb.ListObservationsResponse()
    total = pb.Observation(measure="ENR", area="HB01", sex="_T", value="40", obs_status="A")
    women = pb.Observation(measure="ENR", area="HB01", sex="F", obs_status="Q", conf_status="N")
    reach = pb.Observation(measure="COV", area="HB01", sex="_T", value="7.1", obs_status="A")
    return pb.ListObservationsResponse(observations=[total] if asked.table == "area" else [women, reach])


@pytest.mark.parametrize("method", ["ApproveRelease", "BuildRelease"])
async def test_a_refused_step_says_why_on_the_same_page(client: Client, fake: Fakes, method: str) -> None:
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    fake.answers[method] = Invalid("RELEASE_NAME_INVALID", field="name")
    answer = await client.post(ONE, headers=SECOND, data={"do": method.removesuffix("Release").lower()})
    text = await answer.text()
    assert answer.status == 422
    assert "Begin at the list of releases" in text
    assert "Hanbit: training, 2025" in text


async def test_a_release_that_is_not_out_is_discarded_after_a_question(client: Client, fake: Fakes) -> None:
    for state, offered in ((pb.Release.BUILT, True), (pb.Release.BUILDING, False), (pb.Release.PUBLISHED, False)):
        fake.answers["GetRelease"] = release(state)
        assert (f'href="{ONE}/discard"' in await text_of(client, ONE)) is offered
    fake.answers["GetRelease"] = release(pb.Release.BUILT)
    assert "Discard this release?" in await text_of(client, f"{ONE}/discard")
    assert not fake.calls["DiscardRelease"]
    fake.answers["DiscardRelease"] = release(pb.Release.DISCARDED)
    done = await client.post(f"{ONE}/discard", headers=ENGLISH, allow_redirects=False)
    assert (done.status, done.headers["Location"]) == (303, HERE)
    assert [asked.name for asked in fake.requests("DiscardRelease")] == ["releases/hb01-res-2025"]
    fake.answers["DiscardRelease"] = Refused("RELEASE_OUT")
    refused = await client.post(f"{ONE}/discard", headers=ENGLISH)
    assert refused.status == 409
    assert "what is out stays readable" in await refused.text()
