"""One step of the live table: which figures move on to what they are now, and which stay as they were shown last.

Held are figures of few persons or changes of few, and all that would give a held figure away by subtraction: in each
sum of cells, then in all sums together. So nothing is told by setting one question or one day against another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import TOTAL, UNKNOWN
from services.statistics.live.domain.lattice import ADDING_UP, ALL, RESTS, Key, Lattice, Line, is_of_completions
from services.statistics.live.domain.protection import (
    COUNTS,
    ShownCell,
    Tally,
    sensitive_changes,
    sensitive_measures,
)

Shown = Mapping[Key, ShownCell]
FigureKey = tuple[Key, str]
"""A cell and a measure."""
_NOTHING = ShownCell()
_NOBODY = Tally()
STEP_PERSONS = 10
"""So many persons must have changed anything in a place before any of its figures moves on: a step never is of one."""
_STEP = "step"
"""Code of the cell that holds what a place's total was at its last step. Nobody can ask for it."""
_MOST_ROUNDS = 50
_GENTLE_ROUNDS = 4
"""So long one figure more is held for each that is opened; then all near it."""


_MEASURES = ("ENR", "EPR", "STR", "CMP")


class Unprotected(Exception):
    """No step can be made that opens nothing: what was shown stays."""


def next_state(cells: Mapping[Key, Tally], lattice: Lattice, before: Shown, policy: Policy) -> dict[Key, ShownCell]:
    """What is shown after what was shown before, and what has happened since."""
    step = Step(cells, lattice, before, policy)
    if not step.hold_places():
        return dict(before)
    step.hold_small()
    step.guard()
    for number in range(_MOST_ROUNDS):
        told = step.told()
        opened = step.opened_by(told)
        if not opened:
            step.release(told)
            return step.shown()
        if not step.hold_beside(opened, all_near=number >= _GENTLE_ROUNDS):
            break
        step.guard()
    raise Unprotected("sums would open figures that are held")


class Step:
    """One step of all cells. Each figure either moves on to what it is now, or is held as it was shown last."""

    def __init__(self, cells: Mapping[Key, Tally], lattice: Lattice, before: Shown, policy: Policy) -> None:
        self._lines = list(lattice.lines())
        self._before = before
        self._lines_of: dict[Key, list[Line]] = defaultdict(list)
        for line in self._lines:
            for key in (line.total, *line.parts):
                self._lines_of[key].append(line)
        rests = [(place, choice, RESTS[each][1]) for place, choice, each in self._lines_of if each in RESTS]
        known = [key for key in before if key[2] != _STEP]
        self._cells = {key: cells.get(key, _NOBODY) for key in [*self._lines_of, *rests, *known]}
        self._waiting: set[str] = set()
        self._changes = {
            key: cell.less(before[key].tally) if key in before else cell for key, cell in self._cells.items()
        }
        self._moving = {
            measure: frozenset(
                key for key, change in self._changes.items() if change.of(measure) or change.persons_of(measure)
            )
            for measure in _MEASURES
        }
        """Figures that are others now than those shown last. One that is not can hide nothing."""
        self._told: dict[str, tuple[Set[Key], Set[FigureKey]]] = {}
        self._levels = {key: lattice.level(key) for key in self._cells}
        self.held: dict[Key, frozenset[str]] = dict.fromkeys(self._cells, frozenset())
        self._small_ones: set[FigureKey] = set()
        """What is held for its own sake."""

    def hold_places(self) -> bool:
        """Holds all places where too few persons changed anything. Whether any place moves on."""
        self._waiting = {place for place, _, each in self._before if each == _STEP and not self._is_due(place)}
        for key in self._cells:
            if key[0] in self._waiting:
                self._hold(key, "ENR")
        return any(key[0] not in self._waiting for key, cell in self._cells.items() if cell.enrolments)

    def _is_due(self, place: str) -> bool:
        change = self._cells.get((place, ALL, TOTAL), _NOBODY).less(self._before[place, ALL, _STEP].hidden_at)
        return max(change.persons, change.persons_started, change.persons_completed) >= STEP_PERSONS

    def hold_small(self) -> None:
        """Few persons, nobody, whose number is not told apart from few, and all of few."""
        for key, cell in self._cells.items():
            self._hold_all(key, self._small(key))
            told = self._before[key].measures if key in self._before else frozenset()
            for measure in ADDING_UP:
                if not cell.of(measure) and measure not in told:
                    self._hold(key, measure)
        for place, choice, each in list(self._cells):
            if each in RESTS:
                total, others = RESTS[each]
                self._hold_beside_rest((place, choice, each), (place, choice, total), (place, choice, others))
        for line in self._lines:
            if whole := self._everybody_in_one(line):
                self._hold(whole, "ENR")
        self._small_ones = {
            (key, measure) for key, held in self.held.items() for measure in held if self._moves(key, measure)
        }

    def guard(self) -> None:
        """Holds further figures until no sum has a held figure that the others give away."""
        waiting = dict.fromkeys(self._lines)
        while waiting:
            line = next(iter(waiting))
            del waiting[line]
            for measure in line.measures:
                for key in self._guarded(line, measure):
                    waiting |= dict.fromkeys(self._lines_of[key])

    def told(self) -> set[FigureKey]:
        """Held figures with anybody in them that all the sums together tell, measure by measure."""
        from services.statistics.live.domain.exposure import determined

        told: set[FigureKey] = set()
        for measure in ADDING_UP:
            hidden = {key for key in self._cells if self._is_hidden(key, measure)}
            before, found = self._told.get(measure, (None, set()))
            if hidden != before:
                left = hidden - self._told_zeros(hidden, measure)
                lines = [line for line in self._lines if measure in line.measures]
                found = {(key, measure) for key in determined(left, lines) if self._moves(key, measure)}
                self._told[measure] = hidden, found
            told |= found
        return told

    def opened_by(self, told: Iterable[FigureKey]) -> list[FigureKey]:
        """Those that were held for their own sake, not to protect others."""
        return sorted(each for each in told if each in self._small_ones)

    def release(self, told: Iterable[FigureKey]) -> None:
        """What protects nothing any more and can be worked out may as well be shown, where the place moves on."""
        for key, measure in sorted(told, key=lambda each: each[1] != "ENR"):  # which carries the others
            if key[0] in self._waiting:
                continue
            if measure == "ENR" or "ENR" not in self.held[key]:
                self.held[key] -= {measure, "EPR"} if measure == "ENR" else {measure}

    def hold_beside(self, opened: Sequence[FigureKey], *, all_near: bool) -> bool:
        """In the nearest sums that lead to each opened figure, the smallest that could still be held, or all. Whether
        any could: what was held for one may be what the next would need."""
        beside = [(self._nearest(key, measure), measure) for key, measure in opened]
        for near, measure in beside:
            ordered = sorted(near, key=lambda each: self._order(each, measure))
            for key in ordered if all_near else ordered[:1]:
                self._hold(key, measure)
        return any(near for near, _ in beside)

    def _nearest(self, key: Key, measure: str) -> list[Key]:
        waiting, seen = [key], {key}
        while waiting:
            lines = [line for key in waiting for line in self._lines_of[key] if measure in line.measures]
            near = [each for line in lines for each in (*line.parts, line.total)]
            beside = [each for each in near if measure not in self.held[each] and self._moves(each, measure)]
            if beside:
                return beside
            waiting = [each for each in dict.fromkeys(near) if self._is_hidden(each, measure) and each not in seen]
            seen.update(waiting)
        return []

    def shown(self) -> dict[Key, ShownCell]:
        for place, choice, each in list(self._cells):
            if each in RESTS:  # whoever reads the one can work out the other
                self.held[place, choice, RESTS[each][1]] = self.held[place, choice, each]
        state = {key: cell for key, cell in self._before.items() if key[0] in self._waiting}
        for key, cell in self._cells.items():
            if key[0] not in self._waiting and (cell.enrolments or key in self._before):
                state[key] = self._before.get(key, _NOTHING).moved(cell, COUNTS - self.held[key])
                if key[1:] == (ALL, TOTAL):
                    state[key[0], ALL, _STEP] = ShownCell(hidden_at=cell)
        return state

    def _small(self, key: Key) -> Set[str]:
        """Also what was hidden and has hardly changed since: a sum that was told then would open what it protected."""
        cell, k = self._cells[key], self._levels[key]
        small = self._sensitive(key, cell)
        before = self._before.get(key)
        if before is None:
            return small
        since = cell.less(before.hidden_at)
        few = {each for each in COUNTS if before.hidden_at.of(each) and since.persons_of(each) < k}
        return small | few | self._sensitive(key, self._changes[key], changed=True)

    def _sensitive(self, key: Key, tally: Tally, *, changed: bool = False) -> Set[str]:
        """Everybody in a cell of completions has completed, which tells nothing more."""
        k = self._levels[key]
        if not is_of_completions(key[1]):
            return sensitive_changes(tally, k) if changed else sensitive_measures(tally, k)
        return COUNTS if tally.enrolments and tally.persons < k else frozenset()

    def _hold_beside_rest(self, key: Key, total: Key, others: Key) -> None:
        """A category whose count would tell of the few, or of nobody, that it leaves of a group."""
        self._hold_all(key, self._small(others) if others in self._cells else frozenset())
        for tallies in () if key[2].startswith("COURSE_DOMAIN ") else (self._cells, self._changes):
            whole = tallies.get(total, _NOBODY)
            if 0 < whole.persons < 2 * self._levels[key] and tallies[key].enrolments == whole.enrolments:
                self._hold(key, "ENR")

    def _everybody_in_one(self, line: Line) -> Key | None:
        """The one part in which fewer than 2k stand as a whole, or that all of fewer than 2k came to: belonging to it
        would be told of each. Places, periods, courses, ways of teaching and what nobody answered tell nothing."""
        if line.total[:2] != line.parts[0][:2] or line.parts[0][2].startswith(("COURSE ", "DELIVERY ")):
            return None
        for tallies in (self._cells, self._changes):
            total = tallies[line.total]
            if 0 < total.persons < 2 * line.k:
                return next(
                    (
                        part
                        for part in line.parts
                        if tallies[part].enrolments == total.enrolments and not part[2].endswith(UNKNOWN)
                    ),
                    None,
                )
        return None

    def _guarded(self, line: Line, measure: str) -> list[Key]:
        """Holds further parts, the smallest first, until what is held could be shared out in more than one safe way;
        the total only where nothing else is left. A hidden zero hides little: only where there is nothing else."""
        hidden = [key for key in line.parts if self._is_hidden(key, measure) and self._moves(key, measure)]
        persons = sum(self._changes[key].persons_of(measure) for key in hidden)
        total_hidden = self._is_hidden(line.total, measure)
        if not persons and not (total_hidden and self._moves(line.total, measure)):
            return []
        waiting = sorted(
            (key for key in line.parts if measure not in self.held[key] and self._moves(key, measure)),
            key=lambda key: self._order(key, measure),
        )
        more: list[Key] = []
        while not (persons if total_hidden else len(hidden) > 1 and persons >= line.k):
            if not waiting:
                zeros = any(self._is_hidden(key, measure) for key in line.parts if key not in hidden)
                covered = zeros and persons >= line.k
                if not total_hidden and not covered and self._moves(line.total, measure):
                    self._hold(line.total, measure)
                    more.append(line.total)
                break
            key = waiting.pop(0)
            self._hold(key, measure)
            persons += self._changes[key].persons_of(measure)
            hidden.append(key)
            more.append(key)
        return more

    def _told_zeros(self, hidden: Set[Key], measure: str) -> set[Key]:
        """Hidden zeros that a sum tells, because nothing is left for them; and with a place's total all in it."""
        empty: dict[str, list[Key]] = defaultdict(list)
        for key in hidden:
            if not self._cells[key].of(measure) and not self._cells.get((key[0], ALL, TOTAL), _NOBODY).of(measure):
                empty[key[0]].append(key)
        zeros: set[Key] = set()
        waiting = [line for line in self._lines if measure in line.measures and line.total not in hidden]
        while waiting:
            left = [[key for key in line.parts if key in hidden] for line in waiting]
            found = {key for keys in left if not any(self._moves(key, measure) for key in keys) for key in keys}
            found |= {key for place, choice, each in found if (choice, each) == (ALL, TOTAL) for key in empty[place]}
            found -= zeros
            zeros |= found
            waiting = [
                line for key in found for line in self._lines_of[key] if line.total == key and measure in line.measures
            ]
        return zeros

    def _hold(self, key: Key, measure: str) -> None:
        """All that is known of completions of a period is one number, of enrolments and of persons."""
        self.held[key] |= COUNTS if measure == "ENR" or is_of_completions(key[1]) else {measure}

    def _hold_all(self, key: Key, measures: Set[str]) -> None:
        for measure in measures:
            self._hold(key, measure)

    def _is_hidden(self, key: Key, measure: str) -> bool:
        """Whether nobody is told what it is now: it is held, and was never shown or has changed since."""
        if measure not in self.held[key]:
            return False
        return key not in self._before or measure not in self._before[key].measures or self._moves(key, measure)

    def _moves(self, key: Key, measure: str) -> bool:
        return key in self._moving[measure]

    def _order(self, key: Key, measure: str) -> tuple[bool, int, Key]:
        """What is hidden already stays so; then the smallest."""
        shown = key in self._before and measure in self._before[key].measures
        return shown, self._cells[key].of(measure), key
