"""Two versions of a lesson or course side by side: which parts differ, and which words in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias, assert_never

from gateway.html.render import locales
from gateway.language.i18n import Locale
from gateway.web.author.labels import block_words, language_name
from gateway.web.course import card
from ieum.courses.v1.content_pb2 import Block, Content, Item, Lesson, Option, Scene, ScenePart

Part: TypeAlias = tuple[str, str]
"""What it is called, and its text."""
Run: TypeAlias = tuple[str, bool]
"""Some text, and whether only this version has it."""
_MANY = 4000


@dataclass(frozen=True)
class Difference:
    label: str
    mine: Sequence[Run]
    theirs: Sequence[Run]


def differences(mine: Mapping[str, Part], theirs: Mapping[str, Part]) -> list[Difference]:
    differing = []
    for key in dict.fromkeys((*mine, *theirs)):
        label = (mine.get(key) or theirs[key])[0]
        texts = mine.get(key, ("", ""))[1], theirs.get(key, ("", ""))[1]
        if texts[0] != texts[1]:
            differing.append(Difference(label, *marked(*texts)))
    return differing


def marked(mine: str, theirs: str) -> tuple[list[Run], list[Run]]:
    """Compare word by word; texts too long for that are marked as a whole."""
    left, right = _words(mine), _words(theirs)
    if len(left) + len(right) > _MANY:
        return [(mine, True)], [(theirs, True)]
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return (
        [("".join(left[a:b]), tag != "equal") for tag, a, b, _, _ in steps if a < b],
        [("".join(right[c:d]), tag != "equal") for tag, _, _, c, d in steps if c < d],
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)


def outline_parts(locale: Locale, content: Content) -> dict[str, Part]:
    gettext = locale.gettext
    parts = {}
    for name, label, texts in (
        ("title", gettext("Title"), content.title),
        ("summary", gettext("Summary"), content.summary),
        ("cover_alt", gettext("Description of the cover picture"), content.cover_alt),
    ):
        parts.update(_by_language(name, label, texts))
    parts["languages"] = gettext("Languages"), card.language_words(content.languages)
    parts["audience"] = gettext("For whom"), card.audience_words(locale, content.audience)
    parts["level"] = gettext("Level"), card.level_words(locale, content.level)
    parts["competences"] = gettext("What is learnt"), ", ".join(content.competences)
    parts["cover"] = gettext("Cover picture"), content.cover
    rule = content.rule
    parts["counted"] = gettext("Lessons that count"), ", ".join(rule.counted_lessons)
    parts["pass_mark"] = gettext("Pass mark"), str(rule.pass_mark)
    parts["max_attempts"] = gettext("Attempts"), str(rule.max_attempts or "")
    enough = gettext("enough without the lessons") if rule.attendance_is_enough else ""
    percent = str(rule.attendance_percent or "")
    parts["attendance"] = gettext("Attendance in a class, in percent"), ", ".join(filter(None, (percent, enough)))
    return parts


def lesson_parts(locale: Locale, lesson: Lesson) -> dict[str, Part]:
    parts = _by_language("title", locale.gettext("Title"), lesson.title)
    parts["minutes"] = locale.gettext("Minutes"), str(lesson.minutes or "")
    names = [block_words(locale, block, number) for number, block in enumerate(lesson.blocks, start=1)]
    order = [f"{name} ({block.id[:4]})" for name, block in zip(names, lesson.blocks, strict=True)]
    parts["order"] = locale.gettext("Order of the parts"), "\n".join(order)
    for name, block in zip(names, lesson.blocks, strict=True):
        parts.update(_of_block(locale, name, block))
    return parts


def course_parts(locale: Locale, content: Content) -> dict[str, Part]:
    """A whole course. Its lessons are told apart by their ids, so a lesson that moved differs only in its place."""
    parts = outline_parts(locale, content)
    titles = {lesson.id: locale.pick(lesson.title, *content.languages)[0] for lesson in content.lessons}
    parts["lessons"] = locale.gettext("Lessons"), "\n".join(titles.values())
    parts["counted"] = parts["counted"][0], "\n".join(titles.get(id, id) for id in content.rule.counted_lessons)
    for lesson in content.lessons:
        for key, (label, text) in lesson_parts(locale, lesson).items():
            parts[f"{lesson.id} {key}"] = f"{titles[lesson.id]} · {label}", text
    return parts


def _by_language(key: str, label: str, texts: Mapping[str, str]) -> dict[str, Part]:
    return {
        f"{key} {language}": (f"{label} ({language_name(language)})" if language else label, texts[language])
        for language in sorted(texts)
    }


def _of_block(locale: Locale, name: str, block: Block) -> dict[str, Part]:
    gettext = locale.gettext
    kind = block.WhichOneof("body") or "text"
    body = getattr(block, kind)
    labels = {
        "markdown": gettext("Text"),
        "alt": gettext("Description for those who cannot see it"),
        "title": gettext("Title"),
        "task": gettext("What is to be done"),
        "media": gettext("File"),
        "captions": gettext("Captions"),
        "transcript": gettext("What is said in the video"),
    }
    address, question = gettext("Address of the video"), gettext("Question %(number)s")
    scene_words = gettext("Scene")
    parts: dict[str, Part] = {}
    for field, label in labels.items():
        if hasattr(body, field):
            parts.update(_by_language(f"{block.id} {field}", f"{name} · {label}", getattr(body, field)))
    for scene in body.scenes if kind == "practice" else ():
        parts.update(_by_language(f"{block.id} {scene.id}", f"{name} · {scene_words}", _scene_texts(scene)))
    if kind == "video":
        parts[f"{block.id} url"] = f"{name} · {address}", body.url
    for number, item in enumerate(body.items if kind == "quiz" else (), start=1):
        label = f"{name} · {question % {'number': number}}"
        parts.update(_by_language(f"{block.id} {item.id}", label, _item_texts(item)))
    return parts


def _scene_texts(scene: Scene) -> dict[str, str]:
    """All of a scene in each of its languages: a line for its title, and one for each part with what it does."""
    languages = {*scene.title, *(language for part in scene.parts for language in part.text)} or {""}

    def line(part: ScenePart, language: str) -> str:
        does = ("✓" if part.finishes else "–" if part.slip else "", *part.accepted, part.leads_to[:4])
        return " ".join(filter(None, (part.text.get(language, ""), *does, part.words.get(language, ""))))

    return {
        language: "\n".join([scene.title.get(language, ""), *(line(part, language) for part in scene.parts)])
        for language in languages
    }


def _item_texts(item: Item) -> dict[str, str]:
    """All of a question in each of its languages, a line for each thing."""
    options = [option for options in _options(item) for option in options]
    in_options = (language for option in options for language in option.text)
    languages = {*item.prompt, *item.explanation, *item.gaps.text, *in_options} or {""}
    return {
        language: "\n".join(
            [item.prompt.get(language, ""), *key_lines(item, language), item.explanation.get(language, "")]
        )
        for language in languages
    }


def _options(item: Item) -> list[Iterable[Option]]:
    return [item.choice.options, item.ordering.steps, item.matching.left, item.matching.right]


def key_lines(item: Item, language: str, *fallbacks: str) -> list[str]:
    """The answers of a question with the right ones marked."""
    return list(_key(item, (language, *fallbacks)))


def _key(item: Item, languages: Sequence[str]) -> Iterator[str]:
    def text(option: Option) -> str:
        return next((option.text[language] for language in languages if language in option.text), "")

    match item.WhichOneof("kind"):
        case "choice":
            for option in item.choice.options:
                yield f"{'✓' if option.id in item.choice.correct else '–'} {text(option)}"
        case "true_false":
            locale = next((locales()[each] for each in languages if each in locales()), locales()["en"])
            if item.true_false.HasField("correct"):
                yield f"✓ {locale.gettext('True') if item.true_false.correct else locale.gettext('False')}"
        case "short_text":
            yield from (f"✓ {accepted}" for accepted in item.short_text.accepted)
        case "number":
            yield f"✓ {item.number.value}" + (f" ± {item.number.tolerance}" if item.number.tolerance else "")
        case "matching":
            rights = {option.id: option for option in item.matching.right}
            for left in item.matching.left:
                partner = rights.get(item.matching.correct.get(left.id, ""))
                yield f"✓ {text(left)} → {text(partner) if partner else '?'}"
            used = set(item.matching.correct.values())
            yield from (f"– {text(right)}" for right in item.matching.right if right.id not in used)
        case "ordering":
            yield from (f"{number}. {text(step)}" for number, step in enumerate(item.ordering.steps, start=1))
        case "gaps":
            written = (item.gaps.text[language] for language in languages if language in item.gaps.text)
            yield next(written, "")
            yield from (f"[[{gap.id}]] ✓ {' / '.join(gap.accepted)}" for gap in item.gaps.gaps)
        case None:
            pass
        case unknown:
            assert_never(unknown)
