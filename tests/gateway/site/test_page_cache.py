"""Public pages come from memory, are never wrong for long, and are never somebody's own."""

from __future__ import annotations

import asyncio
import gzip
import re
import time

import pytest

from gateway.backend.invalidation import merge_handlers
from gateway.settings import GatewaySettings
from gateway.web.site import page_cache
from gateway.web.site.page_cache import PAGE_CACHE, PublicPageCache
from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.people.v1.events_pb2 import PlacesImported
from services.chassis.errors import Unavailable
from services.chassis.events import bus
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

BROWSER = {"Sec-Fetch-Site": "none"}
SESSION = {"Cookie": "ieum_session=ieum_somebody"}
NAME = "박은지"


@pytest.fixture
async def client(client: Client) -> Client:
    """When it first hears of events it forgets all from before; the tests begin after that."""
    assert client.app
    async with asyncio.timeout(5):
        while not client.app[PAGE_CACHE].clearings:
            await asyncio.sleep(0.005)
    return client


@pytest.mark.parametrize(
    ("path", "method"), [("/", "SearchCatalog"), ("/courses?topic=1", "SearchCatalog"), ("/courses/x", "GetVersion")]
)
async def test_a_public_page_is_made_once(client: Client, fake: Fakes, path: str, method: str) -> None:
    pages = {await (await client.get(path, headers=BROWSER)).text() for _ in range(3)}
    assert (len(pages), len(fake.requests(method))) == (1, 1)


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/", ["/?x=1", "/?utm_source=a&fbclid=b", "/?", "/?q=photo"]),
        ("/courses", ["/courses?x=1", "/courses?page=1", "/courses?q=", "/courses?q=%20%20", "/courses?level=77"]),
        ("/courses?q=a+b&level=1", ["/courses?level=1&q=a++b", "/courses?q=a%20b&level=1&level=1&q=c&z=9"]),
        ("/courses/x", ["/courses/x?y=1", "/courses/%78"]),
        ("/help", ["/help?area=HB", "/help?0=0&1=1"]),
    ],
)
async def test_a_page_is_made_once_however_its_address_is_dressed_up(
    client: Client, path: str, others: list[str]
) -> None:
    assert client.app
    pages = [await (await client.get(each, headers=BROWSER)).text() for each in (path, *others)]
    assert len(set(pages)) == 1
    assert len(client.app[PAGE_CACHE]._pages) == 1


def test_a_page_that_is_asked_for_outlives_those_that_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_BYTES", 10 * page_cache.cached_page("x" * 1_000, 0).size)
    cache = PublicPageCache()

    async def flood() -> None:
        for number in range(100):
            with cache.filling((f"/courses?q={number}", "ko", 1)) as store:
                store("x" * 1_000)
            assert number == 0 or cache.fresh(("/courses?q=0", "ko", 1))

    asyncio.run(flood())


async def test_each_language_and_text_size_has_its_own_page(client: Client) -> None:
    def asked(language: str, size: int) -> dict[str, str]:
        return BROWSER | {"Accept-Language": language, "Cookie": f"size={size}"}

    for _ in range(2):
        for language, size in (("ko", 1), ("en", 1), ("ko", 4)):
            page = await (await client.get("/courses", headers=asked(language, size))).text()
            assert f'<html lang="{language}" dir="ltr" class="size-{size}">' in page


async def test_who_has_the_page_already_is_sent_nothing(client: Client) -> None:
    first = await client.get("/courses", headers=BROWSER)
    again = await client.get("/courses", headers=BROWSER | {"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert first.headers["Cache-Control"] == "no-cache"


async def test_a_page_comes_compressed_or_plain_as_asked(client: Client) -> None:
    plain = await client.get("/courses", headers=BROWSER | {"Accept-Encoding": "identity"})
    packed = await client.get("/courses", headers=BROWSER | {"Accept-Encoding": "gzip"}, auto_decompress=False)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == await plain.read()
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("signed_in_first", [True, False])
async def test_a_signed_in_person_and_a_stranger_never_get_each_others_page(
    client: Client, fake: Fakes, signed_in_first: bool
) -> None:
    fake.sign_in("ieum_somebody")
    for own in (signed_in_first, not signed_in_first, signed_in_first):
        answer = await client.get("/courses", headers=BROWSER | (SESSION if own else {}))
        assert (NAME in await answer.text()) is own
        assert answer.headers["Cache-Control"] == ("no-store" if own else "no-cache")


async def test_a_message_meant_for_one_visitor_reaches_nobody_else(client: Client) -> None:
    await client.get("/courses", headers=BROWSER)
    told = await client.get("/courses", headers=BROWSER | {"Cookie": "flash=e30.forged"})
    assert "ETag" not in told.headers


async def test_a_silent_browser_gets_a_token_of_its_own_each_time(client: Client) -> None:
    async def token(headers: dict[str, str]) -> tuple[str, str]:
        page = await client.get("/courses", headers=headers)
        assert "ETag" not in page.headers
        assert "Content-Encoding" not in page.headers
        found = re.search(r'name="_csrf" value="([0-9a-f]+)"', await page.text())
        assert found
        return found[1], page.cookies["ieum_form"].value

    (one, nonce), (two, _) = await token({}), await token({})
    assert one != two
    form = {"lang": "en", "next": "/", "_csrf": one}
    answer = await client.post(
        "/preferences", data=form, headers={"Cookie": f"ieum_form={nonce}"}, allow_redirects=False
    )
    assert answer.status == 303
    assert "_csrf" not in await (await client.get("/courses", headers=BROWSER)).text()


async def test_an_error_is_not_cached(client: Client, fake: Fakes) -> None:
    fake.answers["SearchCatalog"] = Unavailable("SERVICE_AWAY")
    assert (await client.get("/courses", headers=BROWSER)).status == 503
    del fake.answers["SearchCatalog"]
    assert (await client.get("/courses", headers=BROWSER)).status == 200


async def test_a_page_that_lacks_something_is_not_cached(client: Client, fake: Fakes) -> None:
    fake.answers["ListCentres"] = Unavailable("SERVICE_AWAY")
    assert (await client.get("/help", headers=BROWSER)).headers.get("ETag") is None
    del fake.answers["ListCentres"]
    assert (await client.get("/help", headers=BROWSER)).headers.get("ETag")


async def test_in_an_outage_the_last_page_serves_longer(client: Client, fake: Fakes) -> None:
    assert client.app
    cache = client.app[PAGE_CACHE]
    page = await (await client.get("/courses", headers=BROWSER)).text()
    cache.now = lambda: 2 * page_cache.FRESH_SECONDS + time.monotonic()
    fake.answers["SearchCatalog"] = Unavailable("SERVICE_AWAY")
    asked = []
    for _ in range(2):
        answer = await client.get("/courses", headers=BROWSER)
        assert (answer.status, await answer.text()) == (200, page)
        asked.append(len(fake.requests("SearchCatalog")))
    assert asked[0] == asked[1] > 1  # the second visitor does not wait for what is away


async def test_many_who_come_at_once_cause_one_page_to_be_made(client: Client, fake: Fakes) -> None:
    async def look() -> int:
        return (await client.get("/courses", headers=BROWSER)).status

    async with asyncio.TaskGroup() as crowd:
        looks = [crowd.create_task(look()) for _ in range(20)]
    assert [each.result() for each in looks] == [200] * 20
    assert len(fake.requests("SearchCatalog")) == 1


async def test_an_event_makes_the_page_anew(client: Client, fake: Fakes, settings: GatewaySettings) -> None:
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as events:
        await events.ensure_stream("ieum.courses.v1")
        await client.get("/courses", headers=BROWSER)
        published = CoursePublished(course="courses/x")
        name = published.DESCRIPTOR.full_name
        await events.publish(f"{name}.x", name, "1", published.SerializeToString(), "")
        async with asyncio.timeout(5):
            while len(fake.requests("SearchCatalog")) < 2:
                await client.get("/courses", headers=BROWSER)


async def test_a_page_that_an_event_overtook_is_not_cached() -> None:
    cache = PublicPageCache()
    key = ("/courses", "ko", 1)
    with cache.filling(key) as store:
        cache.clear()
        assert await cache.wait_for(key) is None
        store("from before")
    assert cache.fresh(key) is None


def test_the_oldest_pages_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_BYTES", 5_000)

    async def fill() -> PublicPageCache:
        cache = PublicPageCache()
        for number in range(10):
            with cache.filling((str(number), "ko", 1)) as store:
                store("x" * 1_000)
        return cache

    cache = asyncio.run(fill())
    assert cache.fresh(("9", "ko", 1))
    assert cache.fresh(("0", "ko", 1)) is None


async def test_two_who_hear_of_the_same_event_are_both_told() -> None:
    told: list[str] = []

    async def one(_: object) -> None:
        told.append("one")

    async def two(_: object) -> None:
        told.append("two")

    heard = merge_handlers({"ieum.people.v1": {PlacesImported: one}}, {"ieum.people.v1": {PlacesImported: two}})
    await heard["ieum.people.v1"][PlacesImported](PlacesImported())
    assert told == ["one", "two"]
