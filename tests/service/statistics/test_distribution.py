"""Each office gets the figures of its own area once, whatever dies in between, and the official sees who has them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from google.protobuf.field_mask_pb2 import FieldMask
from pydantic import SecretStr

from ieum.people.v1 import people_pb2 as people
from ieum.people.v1.events_pb2 import PlacesImported
from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1 import distribution_pb2_grpc
from ieum.statistics.v1.events_pb2 import RecipientsChanged, RecipientsExported
from services.chassis.clock import now
from services.chassis.errors import Exists, Forbidden, Invalid, Missing, Refused
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal
from services.chassis.store.entities import Database
from services.registry import SERVICES
from services.statistics.distribution import settings as mail_settings
from services.statistics.distribution.domain import Recipient, Stage
from services.statistics.distribution.mailing import Postman
from services.statistics.distribution.store import Distribution
from services.statistics.distribution.transport import ServerAway, connected
from services.statistics.facts.store import Facts
from services.statistics.figures.observation import Observation
from services.statistics.main import compose
from services.statistics.releases.assembly import Assembly
from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.store import Releases, announce
from services.statistics.settings import StatisticsSettings
from tests.mailbox import Mailbox
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

PERIODS = ("2026-Q1", "2026-Q2")
TITLES = {"p": ("하늘도", "Haneul"), "a": ("솔내시", "Solnae"), "b": ("햇살군", "Haetsal"), "c": ("새벽군", "Saebyeok")}
ENROLLED = {"p": "1204", "a": "640", "b": None, "c": "0"}
LINK = re.compile(r"https://ieum\.test/received/([0-9a-z]+)")
Send = Callable[..., Awaitable[None]]


def official(scope: str = "areas/p", **more: Any) -> Principal:
    return Principal(kind=Kind.PERSON, person="people/kim", grants=(Grant("official", scope),), **more)


def figure(measure: str, area: str, value: str | None, **more: Any) -> Observation:
    codes = dict.fromkeys(("sex", "age", "group", "domain"), "_T") | {"unit": "NUMBER", "period": PERIODS[-1]} | more
    status, confidentiality = ("A", "F") if value is not None else ("Q", "N")
    return Observation(
        measure, "RES", "Q", codes.pop("period"), area, value=value, status=status,
        confidentiality=confidentiality, **codes,
    )  # fmt: skip


def figures(area: str) -> list[Observation]:
    rate = figure("CPR", area, "53.2", unit="PT", low="50.1", high="56.3")
    women = figure("ENR", area, "999999", sex="F")
    older = figure("ENR", area, "888888", period=PERIODS[0])
    return [figure("ENR", area, ENROLLED[area]), rate, women, older]


def publication(key: str = "spring", **more: Any) -> Release:
    moment = datetime(2026, 7, 20, tzinfo=UTC)
    values: dict[str, Any] = {
        "key": key, "series": "spring", "edition": 1, "title": {"ko": "하늘도 교육 통계", "en": "Haneul training"},
        "universe": "resident", "area": "areas/p", "periods": PERIODS, "as_of": moment, "created_at": moment,
        "planned_by": "people/kim", "k": 5, "method_version": "1.0.0", "state": State.PUBLISHED,
        "publish_at": now(), "checksum": "abc",
    }  # fmt: skip
    return Release(**(values | more))


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
def settings(settings: StatisticsSettings, mailbox: Mailbox) -> StatisticsSettings:
    given = {
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{mailbox.port}"),
        "mail_from": "하늘도 통계과 <statistics@haneul.test>",
        "public_url": "https://ieum.test",
    }
    return settings.model_copy(update=given)


@pytest.fixture
def database(database_of: Callable[[str], Database]) -> Database:
    return database_of("statistics")


@pytest.fixture
async def publish(database: Database, events: Bus, announce_places: None, announce: Announce) -> Send:
    """Puts a published release where the builder would, and announces it, `times` times over."""
    releases = Releases(database, Outbox(events))

    async def act(one: Release, times: int = 1) -> None:
        await releases.plan(one)
        made = tuple(each for area in TITLES for each in figures(area))
        for period in PERIODS:
            mine = tuple(each for each in made if each.period == period)
            await releases.put_assembly(one.key, period, Assembly(mine, (), 0, 0, 0, ()))
        await announce(event(one), one.key, times)

    return act


def event(one: Release) -> Any:
    return announce_published(lifecycle.ReleasePublished(one), one.key, 1)


announce_published = announce


@pytest.fixture
async def announce_places(announce: Announce) -> None:
    areas = [
        people.Area(name=f"areas/{code}", parent="areas/p" if code != "p" else "", title={"ko": korean, "en": english})
        for code, (korean, english) in TITLES.items()
    ]
    await announce(PlacesImported(areas=areas, revision=1), "places")


Client = Callable[[Principal], Any]


def places_heard(database: Database) -> Callable[[], Awaitable[bool]]:
    async def heard() -> bool:
        return await database["places"].count_documents({}) == 1

    return heard


@pytest.fixture
async def client(
    start_service: StartService, client_for: ClientFor, announce_places: None, database: Database
) -> Client:
    address = await start_service("statistics", compose)

    await eventually(places_heard(database), "the places are heard of")
    return lambda who: client_for(distribution_pb2_grpc.DistributionServiceStub, address, who)


async def add(who: Any, area: str, language: str = "ko", office: str = "정보화과", address: str = "") -> pb.Recipient:
    given = pb.Recipient(
        area=f"areas/{area}", office=office, address=address or f"{area}@office.test", language=language
    )
    made: pb.Recipient = await who.CreateRecipient(pb.CreateRecipientRequest(recipient=given))
    return made


async def deliveries(who: Any, release: str = "spring") -> dict[str, pb.Delivery]:
    """By area."""
    answer = await who.ListDeliveries(pb.ListDeliveriesRequest(release=f"releases/{release}"))
    return {one.area.removeprefix("areas/"): one for one in answer.deliveries}


async def reach(who: Any, area: str, state: pb.Delivery.State.ValueType, release: str = "spring") -> pb.Delivery:
    found = pb.Delivery()

    async def there() -> bool:
        nonlocal found
        found = (await deliveries(who, release)).get(area, pb.Delivery())
        return bool(found.state == state)

    await eventually(there, f"the mail of {area} is {pb.Delivery.State.Name(state)}")
    return found


def part(mail: Any, kind: str) -> str:
    text: str = mail.get_body((kind,)).get_content()
    return text


async def test_each_office_gets_the_figures_of_its_own_area_once(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await add(kim, "p")
    await add(kim, "a", "en", office='Digital "Office", Solnae')
    await add(kim, "b")
    await publish(publication(), times=3)
    for area in "pab":
        await reach(kim, area, pb.Delivery.SENT)
    assert mailbox.addresses == ["a@office.test", "b@office.test", "p@office.test"]
    korean, english, hidden = (mailbox.to(f"{area}@office.test")[0] for area in "pab")
    assert korean["Subject"] == "하늘도 통계: 하늘도 교육 통계"
    assert korean["From"].addresses[0].display_name == "하늘도 통계과"
    assert korean["Auto-Submitted"] == "auto-generated"
    assert "수강 신청: 1,204건" in part(korean, "plain")
    assert "53.2%; 95% 신뢰구간 50.1~56.3" in part(korean, "plain")
    assert english["To"].addresses[0].display_name == 'Digital "Office", Solnae'
    assert "Enrolments: 640" in part(english, "plain")
    assert "<strong>640</strong>" in part(english, "html")
    assert "Digital &#34;Office&#34;, Solnae" in part(english, "html")
    for kind in ("plain", "html"):
        assert "개인이 드러나지 않도록" in part(hidden, kind)
        assert "888" not in part(hidden, kind)  # an earlier quarter
        assert "999" not in part(hidden, kind)  # women alone
        assert LINK.search(part(hidden, kind))
    assert b"\xea" not in b"".join(mailbox.raw)  # nothing but ASCII on the wire


async def test_a_dead_mail_server_delays_and_neither_loses_nor_doubles(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    for area in "abc":
        await add(kim, area)
    await mailbox.stop()
    await publish(publication())

    async def troubled() -> bool:
        return bool((await kim.GetMailState(pb.GetMailStateRequest())).trouble)

    await eventually(troubled, "the trouble is shown")
    waiting = await deliveries(kim)
    assert {one.state for one in waiting.values()} == {pb.Delivery.WAITING}
    assert {one.attempts for one in waiting.values()} == {0}
    await mailbox.start()
    for area in "abc":
        await reach(kim, area, pb.Delivery.SENT)
    assert mailbox.addresses == ["a@office.test", "b@office.test", "c@office.test"]
    assert not await troubled()


async def test_two_workers_never_send_one_mail_twice(
    client: Client, start_service: StartService, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await start_service("statistics", compose)
    for number in range(30):
        await add(kim, "a", address=f"a{number}@office.test")
    await publish(publication())

    async def all_sent() -> bool:
        answer = await kim.ListDeliveries(pb.ListDeliveriesRequest(release="releases/spring", page_size=100))
        return [one.state for one in answer.deliveries] == [pb.Delivery.SENT] * 30

    await eventually(all_sent, "30 mails are sent")
    assert set(Counter(mailbox.addresses).values()) == {1}
    assert len(mailbox.mails) == 30


@asynccontextmanager
async def killable(settings: StatisticsSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        **{f"IEUM_{name.upper()}": settings.addresses[name] for name in SERVICES},
        "IEUM_MONGO_URL": settings.mongo_url,
        "IEUM_NATS_URL": settings.nats_url,
        **{f"IEUM_{name.upper()}": str(getattr(settings, name)) for name in ("prefix", "secrets", "data")},
        "IEUM_SMTP_URL": settings.smtp_url.get_secret_value(),
        "IEUM_MAIL_FROM": settings.mail_from,
        "IEUM_PUBLIC_URL": settings.public_url,
        "IEUM_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.statistics.main", env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize(("moment", "copies"), [("before_data", 1), ("before_yes", 2)])
async def test_a_worker_killed_with_a_mail_in_hand_leaves_it_to_the_next(
    settings: StatisticsSettings, database: Database, publish: Send, mailbox: Mailbox, client_for: ClientFor,
    start_service: StartService, moment: str, copies: int,
) -> None:  # fmt: skip
    """Killed after the server took it and before anybody could note that, it is sent again: the same mail, byte by
    byte, under the same Message-ID."""
    recipients = database["recipients"]
    moment_ago = now() - timedelta(minutes=1)
    await recipients.insert_one(
        {
            "_id": "r1",
            "revision": 1,
            "key": "r1",
            "area": "areas/a",
            "office": "정보화과",
            "address": "a@office.test",
            "language": "ko",
            "created_at": moment_ago,
            "changed_by": "",
            "changed_at": moment_ago,
            "removed": False,
        }
    )
    async with killable(settings) as process:

        async def kill() -> None:
            setattr(mailbox, moment, nothing)
            process.send_signal(signal.SIGKILL)
            await process.wait()

        setattr(mailbox, moment, kill)
        await eventually(places_heard(database), "the places are heard of", 60)
        await publish(publication())
        async with asyncio.timeout(30):
            assert await process.wait() == -signal.SIGKILL
    # Three minutes later.
    past = now() - timedelta(seconds=1)
    freed = await database["deliveries"].update_one({"stage": "sending"}, {"$set": {"lease_until": past}})
    assert freed.modified_count == 1
    address = await start_service("statistics", compose)
    kim = client_for(distribution_pb2_grpc.DistributionServiceStub, address, official())
    one = await reach(kim, "a", pb.Delivery.SENT)
    assert (one.round, one.attempts) == (1, 2)
    assert len(mailbox.raw) == copies
    assert len(set(mailbox.raw)) == 1


async def nothing() -> None:
    return None


async def test_a_process_told_to_stop_ends_the_mail_at_hand_first(
    settings: StatisticsSettings, database: Database, events: Bus, publish: Send, mailbox: Mailbox
) -> None:
    """A rolling update must not send twice."""
    mail = mail_settings.read(settings)
    store, outbox = Distribution(database, Outbox(events)), Outbox(events)
    await store.prepare()
    postman = Postman(mail, store, Releases(database, outbox), Facts(database))
    moment = now()
    await store.add(Recipient("r1", "areas/a", "정보화과", "a@office.test", "ko", moment, "", moment))
    await publish(publication())
    await postman.plan(event(publication()))
    at_the_server = asyncio.Event()

    async def slow() -> None:
        at_the_server.set()
        await asyncio.sleep(0.3)

    mailbox.before_yes = slow
    work = asyncio.create_task(postman.run())
    async with asyncio.timeout(10):
        await at_the_server.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    one = await store.delivery("releases/spring", "recipients/r1")
    assert one
    assert (one.stage, len(mailbox.mails)) == (Stage.SENT, 1)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of localhost, signed by itself: certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = tmp_path / "server.crt", tmp_path / "server.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.mark.parametrize("trouble", ["", "no certificate that we trust", "another password"])
async def test_the_password_goes_to_the_right_server_under_tls_or_nowhere(
    settings: StatisticsSettings,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    mailbox: Mailbox,
    trouble: str,
) -> None:
    await mailbox.stop()
    mailbox.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mailbox.tls.load_cert_chain(*certificate)
    mailbox.login = ("ieum", "right")
    await mailbox.start()
    if trouble != "no certificate that we trust":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    (settings.secrets / "smtp_password").write_text("wrong" if trouble == "another password" else "right")
    url = SecretStr(f"smtp://ieum@localhost:{mailbox.port}?starttls")
    mail = mail_settings.read(settings.model_copy(update={"smtp_url": url}))
    assert isinstance(mail, mail_settings.Mail)

    async def send() -> None:
        async with connected(mail) as transport:
            message = EmailMessage()
            message["To"] = "a@office.test"
            await transport.send(message, "a@office.test")

    if trouble:
        with pytest.raises(ServerAway):
            await send()
    else:
        await send()
    assert len(mailbox.mails) == (0 if trouble else 1)


async def test_a_refusal_is_shown_in_the_servers_words_and_mended_by_the_official(
    client: Client, publish: Send, mailbox: Mailbox, database: Database
) -> None:
    kim = client(official())
    wrong = await add(kim, "a")
    await add(kim, "b")
    mailbox.replies = {"a@office.test": "550 No such user here", "b@office.test": "451 Greylisted, come back"}
    await publish(publication())
    failed = await reach(kim, "a", pb.Delivery.FAILED)
    assert failed.failure == "550 No such user here"

    async def put_off() -> bool:
        return bool((await deliveries(kim))["b"].failure)

    await eventually(put_off, "the second is put off")
    later = (await deliveries(kim))["b"]
    assert (later.state, later.failure) == (pb.Delivery.WAITING, "451 Greylisted, come back")
    assert later.due_time.seconds > now().timestamp() + 30
    mailbox.replies = {}
    right = pb.Recipient(name=wrong.name, address="new@office.test")
    await kim.UpdateRecipient(pb.UpdateRecipientRequest(recipient=right, update_mask=FieldMask(paths=["address"])))
    again = pb.SendSummaryRequest(release="releases/spring", recipient=wrong.name, round=1)
    for _ in range(2):  # pressed twice
        await kim.SendSummary(again)
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=later.recipient, round=1))
    assert (await reach(kim, "a", pb.Delivery.SENT)).round == 2
    assert (await reach(kim, "b", pb.Delivery.SENT)).round == 1
    assert mailbox.addresses == ["b@office.test", "new@office.test"]


async def test_what_is_sent_again_is_another_mail(client: Client, publish: Send, mailbox: Mailbox) -> None:
    kim = client(official())
    recipient = await add(kim, "a")
    await publish(publication())
    await reach(kim, "a", pb.Delivery.SENT)
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=recipient.name, round=1))

    async def twice() -> bool:
        return len(mailbox.mails) == 2

    await eventually(twice, "the second mail is there")
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


async def test_who_joined_after_the_publication_gets_it_when_the_official_says_so(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await publish(publication(publish_at=now() - timedelta(days=1)))
    late = await add(kim, "a")
    await publish(publication(), times=2)  # heard again, long after

    async def pressed() -> None:
        await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=late.name))

    await pressed()
    await pressed()
    await reach(kim, "a", pb.Delivery.SENT)
    assert mailbox.addresses == ["a@office.test"]


async def test_opening_is_recorded_once_and_looking_records_nothing(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim, office = client(official()), client(ANONYMOUS)
    await add(kim, "a")
    await publish(publication())
    await reach(kim, "a", pb.Delivery.SENT)
    found = LINK.search(part(mailbox.mails[0], "plain"))
    assert found
    secret = found[1]
    seen = await office.GetReceipt(pb.GetReceiptRequest(secret=secret))
    assert (seen.area, seen.office, len(seen.figures)) == ("areas/a", "정보화과", 0)
    assert not (await deliveries(kim))["a"].HasField("receive_time")
    opened = await office.ConfirmReceipt(pb.ConfirmReceiptRequest(secret=secret))
    assert [(one.measure, one.value) for one in opened.figures] == [("ENR", "640"), ("CPR", "53.2")]
    once_more = await office.ConfirmReceipt(pb.ConfirmReceiptRequest(secret=secret))
    assert once_more.receive_time == opened.receive_time == (await deliveries(kim))["a"].receive_time
    for wrong in ("", "x" * 32):
        with pytest.raises(Missing, match="RECEIPT_UNKNOWN"):
            await office.ConfirmReceipt(pb.ConfirmReceiptRequest(secret=wrong))


async def test_a_corrected_edition_goes_out_again_and_the_old_one_no_more(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    sent, late = await add(kim, "a"), await add(kim, "b")
    mailbox.replies = {"b@office.test": "451 Later"}
    await publish(publication(corrected_by="releases/spring-r2"))
    await reach(kim, "a", pb.Delivery.SENT)
    note = {"ko": "늦은 신청 6건을 더했습니다", "en": "Six late enrolments"}
    await publish(publication("spring-r2", edition=2, corrects="releases/spring", note=note))
    await reach(kim, "a", pb.Delivery.SENT, "spring-r2")
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring-r2", recipient=late.name, round=1))
    mails = mailbox.to("a@office.test")
    assert [str(mail["Subject"]).startswith("(정정)") for mail in mails] == [False, True]
    assert "늦은 신청 6건" in part(mails[1], "plain")
    with pytest.raises(Refused, match="RELEASE_CORRECTED"):
        await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=sent.name, round=1))


async def test_a_mail_that_still_waits_is_dropped_when_its_recipient_is_removed_or_its_release_corrected(
    client: Client, publish: Send, mailbox: Mailbox, database: Database
) -> None:
    kim = client(official())
    gone = await add(kim, "a")
    await add(kim, "b")
    await mailbox.stop()
    await publish(publication(corrected_by="releases/spring-r2"))
    await reach(kim, "b", pb.Delivery.WAITING)
    for _ in range(2):
        await kim.DeleteRecipient(pb.DeleteRecipientRequest(name=gone.name))
    await publish(publication("spring-r2", edition=2, corrects="releases/spring"))
    await mailbox.start()
    assert (await reach(kim, "a", pb.Delivery.CANCELLED)).failure == "RECIPIENT_REMOVED"
    assert (await reach(kim, "b", pb.Delivery.CANCELLED)).failure == "RELEASE_CORRECTED"
    await reach(kim, "b", pb.Delivery.SENT, "spring-r2")
    assert mailbox.addresses == ["b@office.test"]
    assert "a@office.test" not in str([each async for each in database["recipients"].find()])


async def test_the_list_is_kept_by_those_who_look_after_the_area(client: Client) -> None:
    kim, elsewhere, stranger = client(official()), client(official("areas/b")), client(ANONYMOUS)
    mine = await add(kim, "a")
    assert await add(kim, "a") == mine  # pressed twice
    with pytest.raises(Exists, match="RECIPIENT_EXISTS"):
        await add(kim, "a", "en", address="A@OFFICE.test")
    with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
        await add(elsewhere, "a")
    with pytest.raises(Missing, match="RECIPIENT_NOT_FOUND"):
        await elsewhere.GetRecipient(pb.GetRecipientRequest(name=mine.name))
    assert not (await elsewhere.ListRecipients(pb.ListRecipientsRequest())).recipients
    with pytest.raises(Exception, match="SIGN_IN_NEEDED"):
        await stranger.ListRecipients(pb.ListRecipientsRequest())
    with pytest.raises(Invalid, match="OFFICE_MISSING"):
        await kim.UpdateRecipient(pb.UpdateRecipientRequest(recipient=pb.Recipient(name=mine.name, area="areas/a")))


async def test_each_change_of_the_list_and_its_export_is_announced_without_an_address(
    client: Client, published: Published
) -> None:
    kim = client(official())
    made = await add(kim, "a")
    changed = pb.Recipient(name=made.name, area="areas/b", office="총무과", address="b@office.test", language="en")
    await kim.UpdateRecipient(pb.UpdateRecipientRequest(recipient=changed))
    await kim.DeleteRecipient(pb.DeleteRecipientRequest(name=made.name))
    row = pb.Recipient(area="areas/a", office="정보화과", address="c@office.test", language="ko")
    await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=[row]))
    await kim.ListRecipients(pb.ListRecipientsRequest())
    await kim.ListRecipients(pb.ListRecipientsRequest(export=True))
    events = await published(RecipientsChanged, 4)
    name_of = RecipientsChanged.Change.Name
    assert [(name_of(event.change), event.recipient, event.area, event.count) for event in events] == [
        ("ADDED", made.name, "areas/a", 0),
        ("CHANGED", made.name, "areas/b", 0),
        ("REMOVED", made.name, "areas/b", 0),
        ("IMPORTED", "", "", 1),
    ]
    assert {event.actor for event in events} == {"people/kim"}
    (exported,) = await published(RecipientsExported)
    assert exported.actor == "people/kim"


async def test_a_program_sees_who_has_it_in_its_area_and_no_address(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await add(kim, "a")
    await add(kim, "b")
    await publish(publication())
    await reach(kim, "b", pb.Delivery.SENT)
    for token_area, seen in (("", {"a", "b"}), ("areas/b", {"b"})):
        program = client(official(token_scopes=("statistics.read",), token_area=token_area))
        assert (await deliveries(program)).keys() == seen
        for closed in ("ListRecipients", "SendSummary", "CreateRecipient", "DeleteRecipient"):
            with pytest.raises(Forbidden, match="TOKEN_SCOPE_NEEDED"):
                await getattr(program, closed)(getattr(pb, f"{closed}Request")())


async def test_a_list_is_walked_while_it_grows(client: Client) -> None:
    kim = client(official())
    names = {(await add(kim, "abc"[number % 3], address=f"o{number}@office.test")).name for number in range(25)}
    found: list[str] = []
    token = ""
    while True:
        page = await kim.ListRecipients(pb.ListRecipientsRequest(page_size=4, page_token=token))
        found += [one.name for one in page.recipients]
        await add(kim, "a", office="가", address=f"late{len(found)}@office.test")
        token = page.next_page_token
        if not token:
            break
    assert names <= set(found)
    assert len(found) == len(set(found))


async def test_a_file_of_offices_is_read_whole_or_not_at_all(client: Client) -> None:
    kim = client(official())
    await add(kim, "a")
    rows = [
        pb.Recipient(area="areas/a", office="정보화과", address="a@office.test", language="ko"),
        pb.Recipient(area="areas/b", office="복지과", address="b@office.test", language="ko"),
    ]
    wrong = pb.Recipient(area="areas/c", office="과", address="c at office", language="ko")
    with pytest.raises(Invalid, match="MAIL_ADDRESS_INVALID") as refused:
        await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=[*rows, wrong]))
    assert refused.value.details["row"] == "3"
    assert len((await kim.ListRecipients(pb.ListRecipientsRequest())).recipients) == 1
    rows[0].language = "en"
    answer = await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=rows))
    assert (answer.added, answer.changed, answer.unchanged) == (1, 1, 0)
    answer = await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=rows))
    assert (answer.added, answer.changed, answer.unchanged) == (0, 0, 2)
