"""Applies the fields and buttons of the page where a practice task is written.

Names of fields are places: "{scene}.{part}.text".
"""

from __future__ import annotations

from typing import Any

from gateway.web.author.form_fields import Form, NewId, set_text, typed
from gateway.web.author.spots import area_around, fill_area
from gateway.web.course.screen_keys import key_of
from ieum.courses.v1 import content_pb2
from ieum.courses.v1.content_pb2 import Practice, Scene, ScenePart
from services.chassis.errors import Invalid

ACTIONS = ("PRESSED", "TYPED", "SHOWN")
LOOKS = ("BUTTON", "ROW", "KEY", "LINE", "BAR", "BUBBLE", "OWN_BUBBLE", "NOTE")
END, STAY = "end", ""


def fill(practice: Practice, form: Form, language: str) -> None:
    for name in ("title", "task", "closing"):
        set_text(getattr(practice, name), language, form, name)
    for scene in practice.scenes:
        if scene.id in form:
            _fill_scene(scene, form, language)


def _fill_scene(scene: Scene, form: Form, language: str) -> None:
    for name in ("title", "alt", "elsewhere"):
        set_text(getattr(scene, name), language, form, f"{scene.id}.{name}")
    if f"{scene.id}.hints" in form:
        _set_hints(scene, typed(form, f"{scene.id}.hints").split("\n"), language)
    if f"{scene.id}.no_picture" in form:
        scene.media.clear()
    for part in scene.parts:
        if key_of(scene.id, part.id) in form:
            _fill_part(part, form, key_of(scene.id, part.id), language)


def _set_hints(scene: Scene, lines: list[str], language: str) -> None:
    """A line a hint. The hints of other languages keep their places."""
    wanted = [line.strip() for line in lines if line.strip()]
    while len(scene.hints) < len(wanted):
        scene.hints.add()
    for place, hint in enumerate(scene.hints):
        if place < len(wanted):
            hint.text[language] = wanted[place]
        else:
            hint.text.pop(language, None)
    kept = [hint for hint in scene.hints if hint.text]
    copies = [content_pb2.SceneHint(text=hint.text) for hint in kept]
    del scene.hints[:]
    scene.hints.extend(copies)


def _fill_part(part: ScenePart, form: Form, place: str, language: str) -> None:
    for name in ("text", "words", "otherwise"):
        set_text(getattr(part, name), language, form, f"{place}.{name}")
    if (action := typed(form, f"{place}.action")) in ACTIONS:
        part.action = content_pb2.PartAction.Value(action)
    if (look := typed(form, f"{place}.look")) in LOOKS:
        part.look = content_pb2.PartLook.Value(look)
    if f"{place}.leads_to" in form:
        leads_to = typed(form, f"{place}.leads_to")
        part.finishes = leads_to == END
        part.leads_to = "" if part.finishes else leads_to
    part.slip = f"{place}.slip" in form
    if f"{place}.accepted" in form:
        lines = typed(form, f"{place}.accepted").split("\n")
        part.accepted[:] = [line.strip() for line in lines if line.strip()]
    fill_area(part.area, form, place)


def act(practice: Practice, pressed: str, new_id: NewId, spot: str = "") -> str:
    """Changes the task as a button says; returns where to go on, "" when it was only to be saved."""
    verb, _, place = pressed.partition(":")
    match verb:
        case "scene":
            return add_scene(practice, new_id)
        case "part":
            scene = _scene(practice, place)
            return key_of(scene.id, _add_part(practice, scene, new_id).id)
        case "spot":
            return _add_spot(practice, place, spot, new_id)
        case "up" | "down":
            return _move(practice, place, -1 if verb == "up" else 1)
        case "remove":
            return _remove(practice, place)
        case _:
            return ""


def add_scene(practice: Practice, new_id: NewId) -> str:
    """A scene behind the others, with one button that ends the task. What ended it so far leads here instead."""
    scene = Scene(id=new_id())
    for part in practice.scenes[-1].parts if practice.scenes else ():
        if part.finishes:
            part.finishes, part.leads_to = False, scene.id
    scene.parts.add(id=new_id(), action=content_pb2.PRESSED, look=content_pb2.BUTTON, finishes=True)
    practice.scenes.append(scene)
    return str(scene.id)


def _add_part(practice: Practice, scene: Scene, new_id: NewId) -> ScenePart:
    """Leads on like the first part of the scene, or to the scene behind it."""
    part = scene.parts.add(id=new_id(), action=content_pb2.PRESSED, look=content_pb2.BUTTON)
    ids = [each.id for each in practice.scenes]
    after = ids[ids.index(scene.id) + 1 : ids.index(scene.id) + 2]
    if len(scene.parts) == 1:
        part.leads_to = after[0] if after else ""
        part.finishes = not after
    return part


def _add_spot(practice: Practice, scene_id: str, spot: str, new_id: NewId) -> str:
    """A button where the picture was pressed; `spot` is its middle as "left top" in thousandths."""
    scene = _scene(practice, scene_id)
    area = area_around(spot)
    blank = next((part for part in scene.parts if not part.text and not part.HasField("area")), None)
    part = blank or _add_part(practice, scene, new_id)
    part.area.CopyFrom(area)
    return key_of(scene.id, part.id)


def _scene(practice: Practice, id: str) -> Scene:
    for scene in practice.scenes:
        if scene.id == id:
            return scene
    raise Invalid("REQUEST_MALFORMED")


def _move(practice: Practice, place: str, by: int) -> str:
    def moved(members: list[Any], position: int) -> None:
        target = position + by
        if 0 <= target < len(members):
            members[position], members[target] = members[target], members[position]

    _rearrange(practice, place, moved)
    return place


def _remove(practice: Practice, place: str) -> str:
    """Whatever led to a removed scene stays where it is."""
    _rearrange(practice, place, lambda members, position: members.pop(position))
    if "." not in place:
        for part in (part for scene in practice.scenes for part in scene.parts if part.leads_to == place):
            part.leads_to = ""
    return place.partition(".")[0] if "." in place else "scenes"


def _rearrange(practice: Practice, place: str, change: Any) -> None:
    scene, _, part = place.partition(".")
    siblings: Any = _scene(practice, scene).parts if part else practice.scenes
    members = [type(member).FromString(member.SerializeToString()) for member in siblings]
    position = next((at for at, member in enumerate(members) if member.id == (part or scene)), None)
    if position is None:
        raise Invalid("REQUEST_MALFORMED")
    change(members, position)
    del siblings[:]
    siblings.extend(members)
