"""Steps of learners and their results, from and to protobuf."""

from __future__ import annotations

from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.clock import moment
from services.chassis.errors import Invalid
from services.progress.domain.grading import Answer
from services.progress.domain.steps import AnswerItem, FinishPractice, FlagItem, OpenScreen, Result, Step
from services.progress.messages.practices import moves_from_messages

LONGEST_WALK_NAME = 40


def step_from_message(message: pb.Step) -> Step:
    match message.WhichOneof("step"):
        case "open_screen":
            opened = message.open_screen
            return Step(OpenScreen(opened.lesson, opened.screen), moment(message.time))
        case "answer_item":
            given = message.answer_item
            answer = answer_from_message(given.answer)
            return Step(AnswerItem(given.lesson, given.quiz, given.item, given.attempt, answer), moment(message.time))
        case "finish_practice":
            done = message.finish_practice
            moves = moves_from_messages(done.moves)
            if not 1 <= len(done.walk) <= LONGEST_WALK_NAME:
                raise Invalid("WALK_NAME_MALFORMED", field="walk")
            return Step(FinishPractice(done.lesson, done.practice, done.walk, moves), moment(message.time))
        case "flag_item":
            flag = message.flag_item
            return Step(FlagItem(flag.lesson, flag.quiz, flag.item, flag.unclear), moment(message.time))
        case _:
            raise Invalid("STEP_EMPTY", field="steps")


def answer_from_message(message: pb.Answer) -> Answer:
    if message.unknown:
        return Answer(unknown=True)
    return Answer(tuple(message.values), tuple(sorted(message.pairs.items())))


def answer_to_message(answer: Answer | None) -> pb.Answer | None:
    return None if answer is None else pb.Answer(values=answer.values, pairs=dict(answer.pairs), unknown=answer.unknown)


def result_to_message(result: Result) -> pb.StepResult:
    return pb.StepResult(
        accepted=result.accepted,
        reason=result.reason,
        correct=result.correct,
        already_answered=result.already_answered,
        right_answer=answer_to_message(result.right_answer),
        parts=result.parts.total if result.parts else 0,
        right_parts=result.parts.right if result.parts else 0,
    )
