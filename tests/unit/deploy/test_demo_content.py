"""Real people read the demo courses: what a loader would let through, such as a missing translation, is caught here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

DEMO = Path(__file__).parents[3] / "deploy" / "demo"
COURSES = sorted(path.parent for path in DEMO.glob("courses/*/course.toml"))
LANGUAGES = {"ko", "en"}
TEXTS = {
    "title",
    "summary",
    "cover_alt",
    "markdown",
    "alt",
    "transcript",
    "prompt",
    "explanation",
    "text",
    "left",
    "right",
    "name",
}
KINDS = {"single", "multiple", "boolean", "text", "number", "matching", "ordering"}
MEBIBYTE = 1024 * 1024
HANGUL = re.compile("[가-힣]")
TIMING = re.compile(r"(?:(\d\d):)?(\d\d):(\d\d\.\d{3}) --> (?:(\d\d):)?(\d\d):(\d\d\.\d{3})")

Table = dict[str, Any]
each_course = pytest.mark.parametrize("folder", COURSES, ids=lambda folder: folder.name)


@cache
def course_in(folder: Path) -> Table:
    return tomllib.loads((folder / "course.toml").read_text())


def blocks_of(course: Table) -> Iterator[Table]:
    for lesson in course["lessons"]:
        yield from lesson["blocks"]


def items_of(course: Table) -> Iterator[Table]:
    for block in blocks_of(course):
        yield from block.get("items", [])


def tables_in(value: Any) -> Iterator[Table]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from tables_in(inner)


def files_named_in(course: Table) -> set[str]:
    named = {course["cover"]}
    for block in blocks_of(course):
        named |= {*block.get("file", {}).values(), *block.get("captions", {}).values()}
    return named


def unique(values: list[str]) -> bool:
    return len(values) == len(set(values))


def test_there_are_courses_for_residents_and_for_employees() -> None:
    assert len(COURSES) >= 4
    assert {course_in(folder)["audience"] for folder in COURSES} >= {"RESIDENTS", "EMPLOYEES", "BOTH"}


def test_every_kind_of_item_is_used() -> None:
    assert {item["kind"] for folder in COURSES for item in items_of(course_in(folder))} == KINDS


@each_course
def test_a_course_is_named_after_its_folder_and_says_who_it_is_for(folder: Path) -> None:
    course = course_in(folder)
    assert course["slug"] == folder.name
    assert set(course["languages"]) == LANGUAGES
    assert course["audience"] in {"RESIDENTS", "EMPLOYEES", "BOTH"}
    assert course["level"] in {"BASIC", "INTERMEDIATE", "ADVANCED", "HIGHLY_ADVANCED"}
    assert course["competences"]
    assert all(re.fullmatch(r"[1-5]\.[1-6]", code) for code in course["competences"])


@each_course
def test_every_text_is_there_in_both_languages(folder: Path) -> None:
    for table in tables_in(course_in(folder)):
        for key in TEXTS & table.keys():
            assert set(table[key]) == LANGUAGES, (key, table[key])
            assert all(text.strip() for text in table[key].values()), (key, table[key])
            assert not HANGUL.search(table[key]["en"]), table[key]["en"]


@each_course
def test_no_sign_of_markdown_is_left_for_the_reader_to_see(folder: Path) -> None:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    for table in tables_in(course_in(folder)):
        for text in table.get("markdown", {}).values():
            page = markdown.render(text)
            assert "**" not in page, page
            assert not re.search(r"<h[12]>|&lt;", page), page


@each_course
def test_minutes_add_up_and_a_lesson_is_short(folder: Path) -> None:
    course = course_in(folder)
    assert course["minutes"] == sum(lesson["minutes"] for lesson in course["lessons"])
    assert all(6 <= lesson["minutes"] <= 15 for lesson in course["lessons"])
    assert 3 <= len(course["lessons"]) <= 6


@each_course
def test_ids_are_unique_and_the_rule_names_lessons_that_exist(folder: Path) -> None:
    course = course_in(folder)
    lessons = [lesson["id"] for lesson in course["lessons"]]
    quizzes = [block for block in blocks_of(course) if block["kind"] == "quiz"]
    assert unique(lessons)
    assert unique([quiz["id"] for quiz in quizzes])
    assert all(unique([item["id"] for item in quiz["items"]]) for quiz in quizzes)
    for parts in (item[key] for item in items_of(course) for key in ("options", "pairs", "steps") if key in item):
        assert unique([part["id"] for part in parts])
        assert unique([str(part.get("text", part.get("right"))) for part in parts])
    assert set(course["rule"]["counted"]) <= set(lessons)
    assert 0 <= course["rule"]["pass_mark"] <= 100
    assert all(re.fullmatch("[a-z0-9-]+", table["id"]) for table in tables_in(course) if "id" in table)


@each_course
def test_a_counted_lesson_ends_in_practice(folder: Path) -> None:
    course = course_in(folder)
    for lesson in course["lessons"]:
        if lesson["id"] in course["rule"]["counted"]:
            assert any(block["kind"] in ("quiz", "practice") for block in lesson["blocks"]), lesson["id"]


@each_course
def test_every_item_can_be_answered_and_explains_itself(folder: Path) -> None:
    for item in items_of(course_in(folder)):
        assert item["prompt"], item["id"]
        assert item["explanation"], item["id"]
        assert_answerable(item)


def assert_answerable(item: Table) -> None:
    match item["kind"]:
        case "single":
            assert [option.get("correct", False) for option in item["options"]].count(True) == 1, item["id"]
            assert len(item["options"]) >= 2, item["id"]
        case "multiple":
            right = [option.get("correct", False) for option in item["options"]]
            assert any(right), item["id"]
            assert not all(right), item["id"]
        case "boolean":
            assert isinstance(item["correct"], bool)
        case "text":
            assert set(item["accepted"]) == LANGUAGES
            assert all(item["accepted"].values())
        case "number":
            assert item["tolerance"] >= 0
            assert isinstance(item["value"], int | float)
        case "matching":
            assert len(item["pairs"]) >= 3
        case "ordering":
            assert len(item["steps"]) >= 3
        case kind:
            pytest.fail(f"unknown kind {kind}")


@each_course
def test_the_first_option_is_not_always_the_right_one(folder: Path) -> None:
    singles = [item for item in items_of(course_in(folder)) if item["kind"] == "single"]
    places = {[option.get("correct", False) for option in item["options"]].index(True) for item in singles}
    assert len(places) > 1 or not singles


@each_course
def test_every_file_exists_and_every_file_is_used(folder: Path) -> None:
    assert files_named_in(course_in(folder)) == {path.name for path in folder.iterdir()} - {"course.toml"}


@each_course
def test_pictures_and_films_say_in_words_what_they_show(folder: Path) -> None:
    course = course_in(folder)
    assert course["cover_alt"]
    needed = {"image": {"alt"}, "video": {"captions", "transcript", "title"}, "file": {"title"}}
    for block in blocks_of(course):
        assert needed.get(block["kind"], set()) <= block.keys()
    kinds = {block["kind"] for block in blocks_of(course)}
    assert kinds >= {"video", "file"} or kinds == {"practice"}


@each_course
def test_captions_follow_one_another_in_time(folder: Path) -> None:
    for path in folder.glob("*.vtt"):
        header, *cues = path.read_text().strip().split("\n\n")
        assert header == "WEBVTT"
        times = [seconds for cue in cues for seconds in timing(cue)]
        assert times == sorted(times)
        assert len(cues) >= 4


def timing(cue: str) -> tuple[float, float]:
    line, *said = cue.splitlines()
    found = TIMING.fullmatch(line)
    assert found, line
    assert any(text.strip() for text in said), cue
    hours, minutes, seconds, to_hours, to_minutes, to_seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds, to_hours * 3600 + to_minutes * 60 + to_seconds


def test_media_stay_small() -> None:
    sizes = {path: path.stat().st_size for folder in COURSES for path in folder.iterdir()}
    assert max(sizes.values()) < MEBIBYTE
    assert sum(sizes.values()) <= 6 * MEBIBYTE
    assert all(size <= 150 * 1024 for path, size in sizes.items() if path.suffix == ".png")


def test_the_town_is_one_tree_with_room_for_every_tile() -> None:
    town = tomllib.loads((DEMO / "town.toml").read_text())
    codes = [area["code"] for area in town["areas"]]
    assert unique(codes)
    assert [area["code"] for area in town["areas"] if not area["parent"]] == ["HB"]
    assert all(area["parent"] in codes for area in town["areas"] if area["parent"])
    assert unique([f"{area['parent']} {area['tile']}" for area in town["areas"]])
    assert all(place["area"] in codes for place in town["organisations"] + town["centres"])
    assert len(town["centres"]) == 2
    assert all(set(table["name"]) == LANGUAGES for table in tables_in(town) if "name" in table)


def test_there_is_a_given_name_for_every_generation_and_sex() -> None:
    names = tomllib.loads((DEMO / "names.toml").read_text())
    generations = {(group["born_from"], group["sex"]) for group in names["given"]}
    assert generations == {(year, sex) for year in (1935, 1955, 1975, 1995) for sex in ("FEMALE", "MALE")}
    assert all(set(name) >= LANGUAGES for group in names["given"] for name in group["names"])
    assert all(set(name) == LANGUAGES | {"weight"} for name in names["family"])
