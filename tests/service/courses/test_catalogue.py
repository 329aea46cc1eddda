from __future__ import annotations

import pytest

from ieum.courses.v1 import content_pb2, courses_pb2
from services.chassis.principal import ANONYMOUS
from services.chassis.store import paging
from tests.service.courses.desk import (
    ADMINISTRATOR,
    OTHER_TEACHER,
    TEACHER,
    Desk,
    refusal,
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("기초", True),
        ("은행", True),
        ("기초 은행", True),
        ("photo", True),
        ("MESSAGE", True),
        ("ssage", True),
        ("핸드폰", True),
        ("massage", True),
        ("ph", True),
        ("ｐｈｏｔｏ", True),
        ("3시간", True),
        ("보내기", True),
        ("초기", False),
        ("행인", False),
        ("photograph", False),
        ("sage.*", True),
        ("q.*", False),
        ("photo\0은행", True),
        ("한국어", True),
        ("((\\", False),
        ("기초과정 없음", False),
    ],
)
async def test_the_catalogue_finds_words_inside_words(desk: Desk, query: str, found: bool) -> None:
    course = await desk.published(
        title={"ko": "스마트폰 기초과정 3시간", "en": "Photos, and messages"},
        summary={"ko": "인터넷은행에서 돈을 보내요.", "en": "Sending money."},
    )
    assert await desk.search(query) == ({course.name} if found else set())


async def test_where_nothing_fits_the_nearest_courses_are_shown(desk: Desk) -> None:
    course = await desk.published(title={"ko": "사진 보내기", "en": "Photos"})
    await desk.published(title={"ko": "은행", "en": "Bank"}, summary={"ko": "가나", "en": "ab"})
    found = await desk.as_(ANONYMOUS).SearchCatalog(courses_pb2.SearchCatalogRequest(query="사진 김치"))
    assert found.nearest
    assert found.entries[0].course == course.name


async def test_the_best_courses_come_first_page_by_page(desk: Desk) -> None:
    titles = ["은행", "은행 앱", "사진"]
    by_title = {title: (await desk.published(title={"ko": title, "en": "x"})).name for title in titles}
    seen: list[str] = []
    token = ""
    while True:
        request = courses_pb2.SearchCatalogRequest(query="은행", page_size=1, page_token=token)
        page = await desk.as_(ANONYMOUS).SearchCatalog(request)
        assert page.total_size == 2
        seen += [entry.course for entry in page.entries]
        token = page.next_page_token
        if not token:
            break
    assert seen == [by_title["은행 앱"], by_title["은행"]]


async def test_an_administrator_changes_the_synonyms_and_the_search_knows_them(desk: Desk) -> None:
    course = await desk.published(title={"ko": "찻집 가기", "en": "x"})
    assert await desk.search("다방") == set()
    admin = desk.as_(ADMINISTRATOR)
    before = await admin.GetSynonyms(courses_pb2.GetSynonymsRequest())
    assert not before.HasField("change_time")
    group = courses_pb2.SynonymGroup(words=["찻집", "다방"])
    change = courses_pb2.UpdateSynonymsRequest(groups=[*before.groups, group], etag=before.etag)
    changed = await admin.UpdateSynonyms(change)
    assert changed == await admin.UpdateSynonyms(change)
    assert changed == await admin.GetSynonyms(courses_pb2.GetSynonymsRequest())
    assert await desk.search("다방") == {course.name}
    change = courses_pb2.UpdateSynonymsRequest(groups=before.groups, etag=before.etag)
    assert (await refusal(admin.UpdateSynonyms(change))).reason == "SYNONYMS_CHANGED"
    assert (await refusal(desk.teacher.GetSynonyms(courses_pb2.GetSynonymsRequest()))).reason == "ROLE_NEEDED"
    assert (await refusal(desk.teacher.UpdateSynonyms(change))).reason == "ROLE_NEEDED"


async def test_the_catalogue_is_narrowed_by_every_filter(desk: Desk) -> None:
    residents = (await desk.published()).name
    staff = (
        await desk.published(
            audience=content_pb2.EMPLOYEES, competences=["4.2"], level=content_pb2.ADVANCED, languages=["en"]
        )
    ).name
    both = (await desk.published(audience=content_pb2.BOTH, competences=["4.1", "5.1"])).name
    unpublished = (await desk.complete()).name
    everything = {residents, staff, both}
    assert await desk.search() == everything
    assert unpublished not in everything
    assert await desk.search(topics=["4"]) == {staff, both}
    assert await desk.search(topics=["2", "5"]) == {residents, both}
    assert await desk.search(levels=[content_pb2.ADVANCED]) == {staff}
    assert await desk.search(language="ko") == {residents, both}
    assert await desk.search(max_minutes=8) == everything
    assert await desk.search(max_minutes=7) == set()
    assert await desk.search(audience=content_pb2.RESIDENTS) == {residents, both}
    assert await desk.search(audience=content_pb2.EMPLOYEES) == {staff, both}
    assert await desk.search(audience=content_pb2.BOTH) == everything


async def test_the_catalogue_is_walked_once_through_while_courses_are_published(desk: Desk) -> None:
    there = [(await desk.published()).name for _ in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        page = await desk.as_(ANONYMOUS).SearchCatalog(courses_pb2.SearchCatalogRequest(page_size=2, page_token=token))
        seen += [entry.course for entry in page.entries]
        await desk.published()
        token = page.next_page_token
        if not token:
            break
    assert seen == there[::-1]


async def test_courses_are_walked_once_through_while_others_are_made(desk: Desk) -> None:
    there = [(await desk.create()).name for _ in range(5)]
    for who, view in ((TEACHER, courses_pb2.TAUGHT_BY_ME), (ADMINISTRATOR, courses_pb2.EVERY_COURSE)):
        seen: list[str] = []
        token = ""
        while True:
            request = courses_pb2.ListCoursesRequest(page_size=2, page_token=token, view=view)
            page = await desk.as_(who).ListCourses(request)
            seen += [course.name for course in page.courses]
            await desk.create()
            token = page.next_page_token
            if not token:
                break
        assert seen[-5:] == there[::-1]
        assert len(set(seen)) == len(seen)
    assert await desk.as_(OTHER_TEACHER).ListCourses(courses_pb2.ListCoursesRequest()) == (
        courses_pb2.ListCoursesResponse()
    )


@pytest.mark.parametrize(
    "token", ["!", "WzFd", "WyJ4IiwgInkiXQ", paging.encode_token("0001-01-01T00:00:00+23:00", "x")]
)
async def test_a_page_token_that_nobody_gave_is_refused(desk: Desk, token: str) -> None:
    for call, request in (
        (desk.as_(ANONYMOUS).SearchCatalog, courses_pb2.SearchCatalogRequest(page_token=token)),
        (desk.teacher.ListCourses, courses_pb2.ListCoursesRequest(page_token=token)),
    ):
        assert (await refusal(call(request))).reason == "PAGE_TOKEN_INVALID"
