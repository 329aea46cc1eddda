from __future__ import annotations

from ieum.progress.v1 import progress_pb2 as pb
from services.progress.domain.item_statistics import ItemStatistics
from services.progress.messages.steps import answer_to_message


def item_result_to_message(item: ItemStatistics) -> pb.ItemResult:
    return pb.ItemResult(
        lesson=item.lesson,
        quiz=item.quiz,
        item=item.item,
        answers=item.answers,
        wrong=item.wrong,
        discrimination=item.discrimination,
        seconds=item.seconds,
        wrong_answers=[
            pb.WrongAnswer(answer=answer_to_message(each.answer), count=each.count) for each in item.wrong_answers
        ],
        unclear=item.unclear,
        hints=[pb.ItemHint.Value(hint.name) for hint in item.hints],
    )
