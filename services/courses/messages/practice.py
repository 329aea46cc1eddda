"""Practice tasks between their protobuf form and the domain's values."""

from __future__ import annotations

from ieum.courses.v1 import content_pb2
from services.chassis.errors import Invalid
from services.courses.domain.practice import Action, Area, Hint, Look, Part, Practice, Scene
from services.courses.messages.texts import clean, texts, titles


def practice_from_message(message: content_pb2.Practice) -> Practice:
    return Practice(
        title=titles(message.title),
        task=texts(message.task),
        scenes=tuple(_scene_from_message(scene) for scene in message.scenes),
        closing=texts(message.closing),
    )


def _scene_from_message(message: content_pb2.Scene) -> Scene:
    return Scene(
        id=message.id,
        title=titles(message.title),
        media=texts(message.media),
        alt=texts(message.alt),
        parts=tuple(_part_from_message(part) for part in message.parts),
        elsewhere=texts(message.elsewhere),
        hints=tuple(Hint(words) for hint in message.hints if (words := texts(hint.text))),
    )


def _part_from_message(message: content_pb2.ScenePart) -> Part:
    return Part(
        id=message.id,
        text=texts(message.text),
        look=_look_of(message.look),
        action=_action_of(message.action),
        area=area_from_message(message.area) if message.HasField("area") else None,
        leads_to=message.leads_to,
        finishes=message.finishes,
        slip=message.slip,
        words=texts(message.words),
        accepted=tuple(clean(text) for text in message.accepted if text),
        otherwise=texts(message.otherwise),
    )


def area_from_message(area: content_pb2.Area) -> Area:
    return Area(area.left, area.top, area.width, area.height)


def area_to_message(area: Area) -> content_pb2.Area:
    return content_pb2.Area(left=area.left, top=area.top, width=area.width, height=area.height)


def _look_of(number: int) -> Look:
    if number not in content_pb2.PartLook.values():
        raise Invalid("PART_LOOK_UNKNOWN", field="look")
    return Look(content_pb2.PartLook.Name(content_pb2.PartLook.ValueType(number))) if number else Look.BUTTON


def _action_of(number: int) -> Action:
    if number not in content_pb2.PartAction.values():
        raise Invalid("PART_ACTION_UNKNOWN", field="action")
    return Action(content_pb2.PartAction.Name(content_pb2.PartAction.ValueType(number))) if number else Action.SHOWN


def practice_to_message(practice: Practice) -> content_pb2.Practice:
    return content_pb2.Practice(
        title=practice.title,
        task=practice.task,
        scenes=[_scene_to_message(scene) for scene in practice.scenes],
        closing=practice.closing,
    )


def _scene_to_message(scene: Scene) -> content_pb2.Scene:
    return content_pb2.Scene(
        id=scene.id,
        title=scene.title,
        media=scene.media,
        alt=scene.alt,
        parts=[_part_to_message(part) for part in scene.parts],
        elsewhere=scene.elsewhere,
        hints=[content_pb2.SceneHint(text=hint.text) for hint in scene.hints],
    )


def _part_to_message(part: Part) -> content_pb2.ScenePart:
    return content_pb2.ScenePart(
        id=part.id,
        text=part.text,
        look=content_pb2.PartLook.Value(part.look.value),
        action=content_pb2.PartAction.Value(part.action.value),
        area=area_to_message(part.area) if part.area else None,
        leads_to=part.leads_to,
        finishes=part.finishes,
        slip=part.slip,
        words=part.words,
        accepted=part.accepted,
        otherwise=part.otherwise,
    )
