"""A grid's cell is stored, sent and shown as the same two bytes; this holds the three rooms together."""

from __future__ import annotations

from gateway.backend import class_grid
from ieum.progress.v1.progress_pb2 import GridRow, LessonState
from services.progress.domain.completion import STATES


def test_a_state_is_its_protobuf_number_in_storage_and_on_the_wire() -> None:
    assert LessonState.items() == [("LESSON_STATE_UNSPECIFIED", 0), ("NOT_STARTED", 1), ("UNDER_WAY", 2), ("DONE", 3)]
    assert [state.name for state in STATES] == LessonState.keys()[1:]


def test_the_first_half_of_a_rows_cells_is_states_and_the_second_scores_plus_one() -> None:
    row = GridRow(cells=bytes([LessonState.DONE, 0, LessonState.NOT_STARTED, 101, 0, 1]))
    assert list(class_grid.states(row)) == [LessonState.DONE, 0, LessonState.NOT_STARTED]
    assert class_grid.scores(row) == [100, -1, 0]
