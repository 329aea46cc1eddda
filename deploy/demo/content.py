"""The demo courses as the API takes them, and the answers that the synthetic learners give to their quizzes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COURSES = Path(__file__).parent / "courses"

Json = dict[str, Any]
_KINDS = ("choice", "trueFalse", "shortText", "number", "matching", "ordering")
# file name -> "media/{id}"
Media = Mapping[str, str]


@dataclass(frozen=True)
class Course:
    slug: str
    folder: Path
    source: Mapping[str, Any]

    @property
    def is_taken(self) -> bool:
        """False for a course so new that no synthetic learner has begun it."""
        return bool(self.source.get("taken", True))

    def files(self) -> list[str]:
        """Names of all files that the course shows."""
        return sorted(set(_files(self.source)))

    def content(self, media: Media) -> Json:
        """Everything but the lessons and the rule, which counts lessons."""
        source = self.source
        return {
            **{name: source[name] for name in ("title", "summary", "languages", "audience", "competences", "level")},
            "cover": media[source["cover"]],
            "coverAlt": source["cover_alt"],
        }

    def rule(self) -> Json:
        rule = self.source["rule"]
        return {
            "countedLessons": rule["counted"],
            "passMark": rule["pass_mark"],
            "maxAttempts": rule["attempts"],
            "attendancePercent": rule.get("attendance_percent", 0),
            "attendanceIsEnough": rule.get("attendance_is_enough", False),
        }

    def lessons(self, media: Media) -> list[Json]:
        return [
            {
                "id": lesson["id"],
                "title": lesson["title"],
                "minutes": lesson["minutes"],
                "blocks": [_block(number, block, media) for number, block in enumerate(lesson["blocks"], 1)],
            }
            for lesson in self.source["lessons"]
        ]


def courses() -> list[Course]:
    return [
        Course(path.parent.name, path.parent, tomllib.loads(path.read_text()))
        for path in sorted(COURSES.glob("*/course.toml"))
    ]


def _files(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name in ("file", "captions"):
                yield from value.values()
            elif name == "cover":
                yield value
            else:
                yield from _files(value)
    elif isinstance(node, list):
        for member in node:
            yield from _files(member)


def _block(number: int, block: Mapping[str, Any], media: Media) -> Json:
    kind = block["kind"]
    found: Json = {"id": block.get("id", f"b{number}"), kind: _BODIES[kind](block, media)}
    return found | ({"joined": True} if block.get("joined") else {})


def _media(names: Mapping[str, str], media: Media) -> dict[str, str]:
    return {language: media[name] for language, name in names.items()}


def _video(block: Mapping[str, Any], media: Media) -> Json:
    return {
        "title": block["title"],
        "media": _media(block["file"], media),
        "captions": _media(block["captions"], media),
        "transcript": block["transcript"],
    }


def _practice(block: Mapping[str, Any], _: Media) -> Json:
    return {
        **{name: block[name] for name in ("title", "task", "closing")},
        "scenes": [_scene(scene) for scene in block["scenes"]],
    }


def _scene(scene: Mapping[str, Any]) -> Json:
    return {
        "id": scene["id"],
        "title": scene["title"],
        "parts": [_part(part) for part in scene["parts"]],
        "hints": [{"text": hint} for hint in scene.get("hints", ())],
    }


def _part(part: Mapping[str, Any]) -> Json:
    """What has nothing to do when it is pressed is only shown."""
    pressed = any(name in part for name in ("to", "finishes", "slip", "words"))
    action = "TYPED" if "typed" in part else "PRESSED" if pressed else "SHOWN"
    return {
        "id": part["id"],
        "text": part["text"],
        "look": part.get("look", "BUTTON"),
        "action": action,
        "leadsTo": part.get("to", ""),
        "finishes": part.get("finishes", False),
        "slip": part.get("slip", False),
        "words": part.get("words", {}),
        "accepted": part.get("typed", []),
        "otherwise": part.get("otherwise", {}),
    }


_BODIES: Mapping[str, Callable[[Mapping[str, Any], Media], Json]] = {
    "text": lambda block, _: {"markdown": block["markdown"]},
    "image": lambda block, media: {"media": _media(block["file"], media), "alt": block["alt"]},
    "video": _video,
    "file": lambda block, media: {"title": block["title"], "media": _media(block["file"], media)},
    "practice": _practice,
    "quiz": lambda block, _: {"title": block["title"], "items": [_item(item) for item in block["items"]]},
}


def _item(item: Mapping[str, Any]) -> Json:
    name, task = _TASKS[item["kind"]](item)
    return {**{key: item[key] for key in ("id", "prompt", "explanation")}, name: task}


def _choice(item: Mapping[str, Any]) -> tuple[str, Json]:
    options = [{"id": option["id"], "text": option["text"]} for option in item["options"]]
    correct = [option["id"] for option in item["options"] if option.get("correct")]
    return "choice", {"options": options, "correct": correct, "multiple": item["kind"] == "multiple"}


def _matching(item: Mapping[str, Any]) -> tuple[str, Json]:
    # The right side is listed in another order than the left, or the lesson would give itself away.
    pairs = item["pairs"]
    right = [{"id": f"{pair['id']}-r", "text": pair["right"]} for pair in sorted(pairs, key=lambda p: str(p["right"]))]
    left = [{"id": pair["id"], "text": pair["left"]} for pair in pairs]
    return "matching", {"left": left, "right": right, "correct": {pair["id"]: f"{pair['id']}-r" for pair in pairs}}


_TASKS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, Json]]] = {
    "single": _choice,
    "multiple": _choice,
    "boolean": lambda item: ("trueFalse", {"correct": item["correct"]}),
    "text": lambda item: (
        "shortText",
        {"accepted": [word for words in item["accepted"].values() for word in words]},
    ),
    "number": lambda item: (
        "number",
        {"value": str(item["value"]), "tolerance": str(item.get("tolerance", 0))},
    ),
    "matching": _matching,
    "ordering": lambda item: ("ordering", {"steps": item["steps"]}),
}


def quizzes(lesson: Json) -> Iterator[tuple[str, list[Json]]]:
    """(quiz, its items) of a published lesson, in order."""
    yield from ((block["id"], block["quiz"]["items"]) for block in lesson["blocks"] if block.get("quiz"))


def answer(item: Json, *, right: bool) -> Json:
    """What somebody who knows, or does not, would give; as the API takes it.

    `item` is the published one: its steps and right-hand options have other ids than their author gave them.
    """
    kind = next(kind for kind in _KINDS if item.get(kind) is not None)
    task = item[kind]
    match kind:
        case "choice":
            wrong = [option["id"] for option in task["options"] if option["id"] not in task["correct"]][:1]
            return {"values": task["correct"] if right else wrong or task["correct"][:1]}
        case "trueFalse":
            return {"values": [str(task.get("correct", False) is right).lower()]}
        case "shortText":
            return {"values": [task["accepted"][0] if right else "?"]}
        case "number":
            return {"values": [task["value"] if right else "-1"]}
        case "matching":
            left, rights = zip(*sorted(task["correct"].items()), strict=True)
            return {"pairs": dict(zip(left, rights if right else [*rights[1:], rights[0]], strict=True))}
        case _:
            steps = [step["id"] for step in task["steps"]]
            return {"values": steps if right else steps[::-1]}
