"""Practice tasks and walks through them, from and to protobuf."""

from __future__ import annotations

from collections.abc import Iterable

from ieum.courses.v1 import content_pb2
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Invalid
from services.progress.domain.practice import Kind, Move, Practice, Scene, Target, Walk, typed, walk


def practice_from_message(id: str, message: content_pb2.Practice) -> Practice:
    return Practice(id, tuple(_scene(scene) for scene in message.scenes))


def _scene(scene: content_pb2.Scene) -> Scene:
    targets = (
        Target(
            id=part.id,
            leads_to=part.leads_to,
            finishes=part.finishes,
            slip=part.slip,
            accepted=tuple(part.accepted) if part.action == content_pb2.TYPED else None,
        )
        for part in scene.parts
        if part.action in (content_pb2.PRESSED, content_pb2.TYPED)
    )
    return Scene(scene.id, tuple(targets), len(scene.hints))


def moves_from_messages(messages: Iterable[pb.PracticeMove]) -> tuple[Move, ...]:
    return tuple(_move(message) for message in messages)


def _move(message: pb.PracticeMove) -> Move:
    kind = message.WhichOneof("move")
    if kind is None:
        raise Invalid("REQUEST_MALFORMED", field="moves")
    part = getattr(message, kind)
    return Move(Kind(kind), part if isinstance(part, str) else "")


def next_move(practice: Practice, at: Walk, request: pb.WalkPracticeRequest) -> Move | None:
    match request.WhichOneof("next"):
        case "press":
            return Move(Kind.PRESSED, request.press)
        case "type":
            return typed(practice, at.scene, request.type.part, request.type.value)
        case "ask_hint":
            return Move(Kind.HINT)
        case "press_elsewhere":
            return Move(Kind.ELSEWHERE)
        case _:
            return None


def walk_to_message(practice: Practice, moves: tuple[Move, ...]) -> pb.PracticeWalk:
    reached = walk(practice, moves)
    return pb.PracticeWalk(
        moves=[_move_to_message(move) for move in moves],
        scene=reached.scene,
        finished=reached.finished,
        slips=reached.slips,
        hints=reached.hints,
        steps=reached.steps,
        fewest_steps=practice.fewest_steps,
        points=reached.points if reached.finished else 0,
        last_scene=walk(practice, moves[:-1]).scene if moves else "",
    )


def _move_to_message(move: Move) -> pb.PracticeMove:
    message = pb.PracticeMove()
    setattr(message, move.kind.value, move.part or True)
    return message
