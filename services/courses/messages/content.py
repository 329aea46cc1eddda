"""Content between its protobuf form and the domain's values: the one place that names the fields of both.

Apart from `service.py` because it is long and dull. Empty texts are dropped on the way in: missing has one form.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from ieum.courses.v1 import content_pb2
from services.chassis.errors import Invalid
from services.chassis.text import plain_number
from services.courses.domain.content import (
    Audience,
    Block,
    Body,
    Choice,
    Content,
    File,
    Gap,
    Gaps,
    Image,
    Item,
    Lesson,
    Level,
    Matching,
    Number,
    Option,
    Ordering,
    Quiz,
    Rule,
    ShortText,
    Task,
    Text,
    TrueFalse,
    Video,
    etag_of,
    screens_of,
)
from services.courses.domain.practice import Practice
from services.courses.messages.practice import (
    area_from_message,
    area_to_message,
    practice_from_message,
    practice_to_message,
)
from services.courses.messages.texts import clean, texts, titles


def content_from_message(message: content_pb2.Content) -> Content:
    return Content(
        title=titles(message.title),
        summary=texts(message.summary),
        languages=tuple(dict.fromkeys(message.languages)),
        audience=audience_from_message(message.audience),
        competences=tuple(dict.fromkeys(message.competences)),
        level=level_from_message(message.level),
        cover=message.cover,
        cover_alt=texts(message.cover_alt),
        lessons=tuple(lesson_from_message(lesson) for lesson in message.lessons),
        rule=Rule(
            tuple(dict.fromkeys(message.rule.counted_lessons)),
            message.rule.pass_mark,
            message.rule.max_attempts,
            message.rule.attendance_percent,
            message.rule.attendance_is_enough,
        ),
    )


def audience_from_message(number: int) -> Audience | None:
    if not number:
        return None
    if number not in content_pb2.Audience.values():
        raise Invalid("AUDIENCE_UNKNOWN", field="audience")
    return Audience(content_pb2.Audience.Name(content_pb2.Audience.ValueType(number)))


def level_from_message(number: int) -> Level | None:
    if not number:
        return None
    if number not in content_pb2.Level.values():
        raise Invalid("LEVEL_UNKNOWN", field="level")
    return Level(content_pb2.Level.Name(content_pb2.Level.ValueType(number)))


def audience_to_message(audience: Audience | None) -> content_pb2.Audience.ValueType:
    return content_pb2.Audience.Value(audience.value) if audience else content_pb2.AUDIENCE_UNSPECIFIED


def level_to_message(level: Level | None) -> content_pb2.Level.ValueType:
    return content_pb2.Level.Value(level.value) if level else content_pb2.LEVEL_UNSPECIFIED


def lesson_from_message(message: content_pb2.Lesson) -> Lesson:
    return Lesson(
        id=message.id,
        title=titles(message.title),
        minutes=message.minutes,
        blocks=tuple(Block(block.id, _body_from_message(block), block.joined) for block in message.blocks),
    )


def _body_from_message(block: content_pb2.Block) -> Body:
    match block.WhichOneof("body"):
        case "text":
            return Text(texts(block.text.markdown))
        case "image":
            return Image(texts(block.image.media), texts(block.image.alt))
        case "video":
            video = block.video
            return Video(
                titles(video.title),
                texts(video.media),
                video.url.strip(),
                texts(video.captions),
                texts(video.transcript),
            )
        case "file":
            return File(titles(block.file.title), texts(block.file.media))
        case "quiz":
            items = tuple(_item_from_message(item) for item in block.quiz.items)
            return Quiz(titles(block.quiz.title), items, block.quiz.draw, block.quiz.shuffle)
        case "practice":
            return practice_from_message(block.practice)
        case None:
            raise Invalid("BLOCK_KIND_UNKNOWN", field="blocks", block=block.id)
        case unknown:
            assert_never(unknown)


def _item_from_message(item: content_pb2.Item) -> Item:
    picture = Image(texts(item.picture.media), texts(item.picture.alt)) if item.HasField("picture") else None
    return Item(
        item.id, _task_from_message(item), texts(item.prompt), texts(item.explanation), item.points or 1, picture
    )


def _task_from_message(item: content_pb2.Item) -> Task:
    match item.WhichOneof("kind"):
        case "choice":
            choice = item.choice
            correct = tuple(dict.fromkeys(choice.correct))
            return Choice(_options_from_message(choice.options), correct, choice.multiple, choice.on_picture)
        case "true_false":
            return TrueFalse(item.true_false.correct if item.true_false.HasField("correct") else None)
        case "short_text":
            return ShortText(tuple(clean(text) for text in item.short_text.accepted if text))
        case "number":
            return Number(_number(item.number.value), _number(item.number.tolerance))
        case "matching":
            matching = item.matching
            return Matching(
                _options_from_message(matching.left),
                _options_from_message(matching.right),
                dict(matching.correct),
                matching.on_picture,
            )
        case "ordering":
            return Ordering(_options_from_message(item.ordering.steps))
        case "gaps":
            gaps = (Gap(gap.id, tuple(clean(text) for text in gap.accepted if text)) for gap in item.gaps.gaps)
            return Gaps(texts(item.gaps.text), tuple(gaps))
        case None:
            raise Invalid("ITEM_KIND_UNKNOWN", field="items", item=item.id)
        case unknown:
            assert_never(unknown)


def _options_from_message(options: Iterable[content_pb2.Option]) -> tuple[Option, ...]:
    return tuple(
        Option(option.id, texts(option.text), area_from_message(option.spot) if option.HasField("spot") else None)
        for option in options
    )


def _number(text: str) -> str:
    """What cannot be read as a number stays as it was typed, and `completeness` reports it."""
    return plain_number(text) or text.strip()


def content_to_message(content: Content) -> content_pb2.Content:
    return content_pb2.Content(
        title=content.title,
        summary=content.summary,
        languages=content.languages,
        audience=audience_to_message(content.audience),
        competences=content.competences,
        level=level_to_message(content.level),
        cover=content.cover,
        cover_alt=content.cover_alt,
        lessons=[lesson_to_message(lesson) for lesson in content.lessons],
        rule=rule_to_message(content.rule),
        minutes=content.minutes,
    )


def rule_to_message(rule: Rule) -> content_pb2.Rule:
    return content_pb2.Rule(
        counted_lessons=rule.counted_lessons,
        pass_mark=rule.pass_mark,
        max_attempts=rule.max_attempts,
        attendance_percent=rule.attendance_percent,
        attendance_is_enough=rule.attendance_is_enough,
    )


def lesson_to_message(lesson: Lesson) -> content_pb2.Lesson:
    return content_pb2.Lesson(
        id=lesson.id,
        title=lesson.title,
        minutes=lesson.minutes,
        blocks=[_block_to_message(block) for block in lesson.blocks],
        etag=etag_of(lesson),
        screens=[
            content_pb2.Screen(key=screen.key, blocks=screen.blocks, item=screen.item) for screen in screens_of(lesson)
        ],
    )


def _block_to_message(block: Block) -> content_pb2.Block:
    message = content_pb2.Block(id=block.id, joined=block.joined)
    body = block.body
    match body:
        case Text():
            message.text.CopyFrom(content_pb2.Text(markdown=body.markdown))
        case Image():
            message.image.CopyFrom(content_pb2.Image(media=body.media, alt=body.alt))
        case Video():
            message.video.CopyFrom(
                content_pb2.Video(
                    title=body.title,
                    media=body.media,
                    url=body.url,
                    captions=body.captions,
                    transcript=body.transcript,
                )
            )
        case File():
            message.file.CopyFrom(content_pb2.File(title=body.title, media=body.media))
        case Quiz():
            message.quiz.CopyFrom(
                content_pb2.Quiz(
                    title=body.title,
                    items=[item_to_message(item) for item in body.items],
                    draw=body.draw,
                    shuffle=body.shuffle,
                )
            )
        case Practice():
            message.practice.CopyFrom(practice_to_message(body))
        case _:
            assert_never(body)
    return message


def item_to_message(item: Item) -> content_pb2.Item:
    message = content_pb2.Item(id=item.id, prompt=item.prompt, explanation=item.explanation, points=item.points)
    if item.picture:
        message.picture.CopyFrom(content_pb2.Image(media=item.picture.media, alt=item.picture.alt))
    task = item.task
    match task:
        case Choice():
            options = _options_to_message(task.options)
            message.choice.CopyFrom(
                content_pb2.Choice(
                    options=options, correct=task.correct, multiple=task.multiple, on_picture=task.on_picture
                )
            )
        case TrueFalse():
            message.true_false.CopyFrom(content_pb2.TrueFalse(correct=task.correct))
        case ShortText():
            message.short_text.CopyFrom(content_pb2.ShortText(accepted=task.accepted))
        case Number():
            message.number.CopyFrom(content_pb2.Number(value=task.value, tolerance=task.tolerance))
        case Matching():
            message.matching.CopyFrom(
                content_pb2.Matching(
                    left=_options_to_message(task.left),
                    right=_options_to_message(task.right),
                    correct=task.correct,
                    on_picture=task.on_picture,
                )
            )
        case Ordering():
            message.ordering.CopyFrom(content_pb2.Ordering(steps=_options_to_message(task.steps)))
        case Gaps():
            gaps = [content_pb2.Gap(id=gap.id, accepted=gap.accepted) for gap in task.gaps]
            message.gaps.CopyFrom(content_pb2.Gaps(text=task.text, gaps=gaps))
        case _:
            assert_never(task)
    return message


def _options_to_message(options: tuple[Option, ...]) -> list[content_pb2.Option]:
    return [
        content_pb2.Option(id=option.id, text=option.text, spot=area_to_message(option.spot) if option.spot else None)
        for option in options
    ]
