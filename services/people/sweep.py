"""Plans, applies and undoes imports in lots, under a lease. A process that dies in the middle is followed by another,
which does the lot again and changes nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from services.chassis.clock import now
from services.chassis.errors import Problem
from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.chassis.search_key import search_key
from services.people.domain import credentials, desk, imports, person
from services.people.domain.authority import Reach
from services.people.domain.desk import DeskData
from services.people.domain.import_line import Fault, Known, Planned, Reader, Seen, Verdict, Wanted, decide
from services.people.domain.imports import Import, Lot, Outcome, State
from services.people.domain.person import Outcome as PersonOutcome
from services.people.domain.person import Person, Vouching
from services.people.store import Store, registering
from services.people.store.erasing import erase_unused
from services.people.store.imports import Content, Line

T = TypeVar("T")

LOT = 500
_AT_ONCE = 100
_SECONDS = 1.0
_PAST_THE_END = 10_000_000


@dataclass(frozen=True)
class Snapshot:
    """Those who may be meant by the lines of a lot, by name and by login."""

    named: Mapping[str, Sequence[Known]]
    by_login: Mapping[str, Known]
    taken: frozenset[str]

    def known(self, wanted: Wanted, besides: str = "") -> list[Known]:
        """`besides`: the id of the account that this line itself has made."""
        meant = list(self.named.get(wanted.key, ()))
        if wanted.login and (known := self.by_login.get(credentials.login_key(wanted.login))):
            meant = [known]
        return [each for each in meant if each.person.id != besides]


async def sweep(store: Store) -> None:
    """Until cancelled."""
    while True:
        check_cancelled()
        try:
            claimed = await store.imports.claim()
            if claimed:
                await Worker(store, claimed).work()
                continue
        except Exception:
            trace.log().warning("import delayed", exc_info=True)
        await asyncio.sleep(random.uniform(_SECONDS / 2, _SECONDS))  # noqa: S311 - jitter


class Worker:
    def __init__(self, store: Store, claimed: Import) -> None:
        self._store, self._import = store, claimed
        covered = claimed.covered
        self._reach = Reach(everywhere=covered is None, places=frozenset(covered or ()))

    async def work(self) -> None:
        steps = {State.PLANNING: self._plan, State.APPLYING: self._apply, State.UNDOING: self._undo}
        try:
            await steps[self._import.state]()
        finally:
            await self._store.imports.release(self._import.id)

    async def _go_on(self, lot: Lot, plan_hash: str = "", *, finished: bool = False) -> bool:
        """Writes down how far the step has come. False where the lease is lost or somebody began another step."""
        state = self._import.state
        if not await self._store.imports.renew(self._import.id):
            return False
        verb = partial(imports.advance, of=state, lot=lot, plan_hash=plan_hash, finished=finished)
        self._import = await self._store.imports.change(self._import.id, verb)
        return finished or self._import.state is state

    async def _reader(self) -> Reader:
        covered = None if self._reach.everywhere else self._reach.places
        places = await self._store.places.get()
        return Reader(self._import.columns, self._import.area, places, covered, now())

    async def _plan(self) -> None:
        """From the beginning: what other lines of the file say is not written down anywhere."""
        reader, seen, digest = await self._reader(), Seen(), hashlib.sha256()
        digest.update(repr((self._import.file_hash, self._import.columns, self._import.area)).encode())
        counts: Counter[str] = Counter()
        cursor = done = 0
        while lines := await self._store.imports.lines(self._import.id, cursor, LOT):
            planned = await self._planned(lines, reader, seen)
            await self._store.imports.write(self._import.id, planned)
            for line in planned:
                counts[line.verdict or ""] += 1
                digest.update(repr((line.number, line.verdict, line.person, line.etag)).encode())
            cursor, done = lines[-1].number, done + len(lines)
            if not await self._go_on(Lot(done, cursor, counts)):
                return
        await self._go_on(Lot(done, cursor, counts), digest.hexdigest()[:32], finished=True)

    async def _planned(self, lines: Sequence[Line], reader: Reader, seen: Seen) -> list[Line]:
        read = [reader.read(line.content.cells) for line in lines]
        snapshot = await self._snapshot([wanted for wanted, _ in read])
        planned = []
        for line, (wanted, faults) in zip(lines, read, strict=True):
            plan = Planned(Verdict.ERROR, faults=faults) if faults else self._decided(line, wanted, snapshot)
            if not faults and (twin := seen.twin(wanted, line.number)):
                plan = Planned(Verdict.ERROR, faults=(Fault("IMPORT_TWICE", details={"line": str(twin)}),))
            content = replace(line.content, changes=plan.changes, faults=plan.faults)
            about = self._new_id(line) if plan.verdict is Verdict.NEW else plan.person
            planned.append(replace(line, content=content, verdict=plan.verdict, person=about, etag=plan.etag))
        return planned

    def _decided(self, line: Line, wanted: Wanted, snapshot: Snapshot) -> Planned:
        taken = bool(wanted.login) and credentials.login_key(wanted.login) in snapshot.taken
        known = snapshot.known(wanted, besides=self._new_id(line))
        plan = decide(wanted, known, login_is_taken=taken)
        if plan.verdict is Verdict.CHANGE:
            meant = next(each.person for each in known if each.person.id == plan.person)
            if not self._reach.covers(meant):
                return Planned(Verdict.ERROR, faults=(Fault("OUTSIDE_YOUR_AREA"),))
        return plan

    def _new_id(self, line: Line) -> str:
        return hashlib.sha256(f"import/{self._import.id}/{line.number}".encode()).hexdigest()[:16]

    async def _snapshot(self, wanted: Sequence[Wanted]) -> Snapshot:
        keys = sorted({each.key for each in wanted if each.key})
        logins = sorted({credentials.login_key(each.login) for each in wanted if each.login})
        people = await self._store.people.of_names(self._reach, keys, logins)
        named: dict[str, list[Known]] = {}
        by_login: dict[str, Known] = {}
        for found in people:
            known = Known(found, self._store.desk.open(found))
            named.setdefault(search_key(found.display_name), []).append(known)
            by_login[found.login_key or ""] = known
        taken = await self._store.people.taken_logins(logins) if logins else set()
        return Snapshot(named, by_login, frozenset(taken))

    async def _apply(self) -> None:
        await self._store.imports.keep_lines_until(self._import.id, self._import.expire_time)
        reader = await self._reader()
        while lines := await self._store.imports.lines(self._import.id, self._import.cursor, LOT):
            read = [reader.read(line.content.cells) for line in lines]
            snapshot = await self._snapshot([wanted for wanted, _ in read])
            pairs = [(line, None if faults else wanted) for line, (wanted, faults) in zip(lines, read, strict=True)]
            outcome = await _side_by_side(partial(self._applied, snapshot=snapshot), pairs, _AT_ONCE)
            if not await self._lot_done(lines, outcome):
                return
        await self._go_on(Lot(self._import.done, self._import.cursor, self._import.counts), finished=True)

    async def _lot_done(self, lines: Sequence[Line], outcome: Sequence[Line], before: Outcome = Outcome.NONE) -> bool:
        await self._store.imports.write(self._import.id, outcome)
        counts = Counter(self._import.counts)
        counts.update(line.outcome.value for line in outcome if line.outcome)
        if before:
            counts.subtract({before.value: len(lines)})
        return await self._go_on(Lot(self._import.done + len(lines), lines[-1].number, counts))

    async def _applied(self, pair: tuple[Line, Wanted | None], snapshot: Snapshot) -> Line:
        """No `wanted`: the line is outside what the person looks after since the plan was made."""
        line, wanted = pair
        if line.verdict not in (Verdict.NEW, Verdict.CHANGE) or line.outcome:
            return line
        after = None
        with suppress(Problem):
            if wanted and line.verdict is Verdict.NEW:
                after = await self._made(line, wanted, snapshot)
            elif wanted:
                after = await self._changed(line)
        if after is None:
            return replace(line, outcome=Outcome.OVERTAKEN)
        return replace(line, outcome=Outcome.APPLIED, etag_after=after.etag)

    async def _made(self, line: Line, wanted: Wanted, snapshot: Snapshot) -> Person | None:
        """None where somebody was registered meanwhile who may be meant."""
        if self._decided(line, wanted, snapshot).verdict is not Verdict.NEW:
            made = await self._store.people.find(line.person)
            return made  # by the same lot, before the process died
        drafted = person.draft(
            line.person,
            wanted.login or registering.drawn_login(line.person),
            wanted.display_name,
            wanted.email,
            wanted.area,
            wanted.organisation,
            "ko",
            now(),
            vouching=Vouching.BY_ROSTER,
            organisation_confirmed=self._reach.covers_scope(wanted.organisation),
        )
        return await registering.register(self._store, drafted, _desk_of(wanted), free_login=not wanted.login)

    async def _changed(self, line: Line) -> Person:
        """Raises Conflict where the person is not as the plan saw them, unless this lot has changed them before."""
        wishes = {change.field: change.after for change in line.content.changes}
        verb = partial(self._with_values, values=wishes, etag=line.etag)
        changed = await self._store.people.change(line.person, verb)
        if "display_name" in wishes:
            await self._store.certificates.rename(line.person, changed.display_name)
        return changed

    def _with_values(self, current: Person, values: Mapping[str, str], etag: str) -> PersonOutcome:
        known = self._store.desk.open(current)
        data = DeskData(int(values.get("birth_year", known.birth_year) or 0), values.get("phone", known.phone))
        account = {name: value for name, value in values.items() if name not in ("birth_year", "phone")}
        is_done = data == known and all(getattr(current, name) == value for name, value in account.items())
        if is_done:
            return current, []
        confirmed = self._reach.covers_scope(values.get("organisation", ""))
        changed, events = person.update(current, account, now(), etag=etag, confirmed=confirmed)
        kept, _ = desk.keep(changed, *registering.kept(self._store, current.id, data))
        return kept, events

    async def _undo(self) -> None:
        """From the last line to the first."""
        lines_of = self._store.imports.lines
        applied = {"outcome": Outcome.APPLIED.value}
        while lines := await lines_of(
            self._import.id, self._import.cursor or _PAST_THE_END, LOT, applied, backwards=True
        ):
            outcome = await _side_by_side(self._undone, lines, _AT_ONCE)
            if not await self._lot_done(lines, outcome, before=Outcome.APPLIED):
                return
        await self._go_on(Lot(self._import.done, self._import.cursor, self._import.counts), finished=True)

    async def _undone(self, line: Line) -> Line:
        found = await self._store.people.find(line.person)
        if found is None or found.erased:
            return replace(line, outcome=Outcome.UNDONE)
        is_new = line.verdict is Verdict.NEW
        if found.etag != line.etag_after or (is_new and (line.touched or found.passphrase_hash)):
            return replace(line, outcome=Outcome.KEPT)
        try:
            if is_new:
                await erase_unused(self._store, found, now(), self._import.by)
                line = replace(line, content=Content())
            else:
                before = {change.field: change.before for change in line.content.changes}
                verb = partial(self._with_values, values=before, etag=line.etag_after)
                await self._store.people.change(line.person, verb)
        except Problem:
            return replace(line, outcome=Outcome.KEPT)
        return replace(line, outcome=Outcome.UNDONE)


def _desk_of(wanted: Wanted) -> DeskData:
    return DeskData(int(wanted.birth_year or 0), wanted.phone)


async def _side_by_side(do: Callable[[T], Awaitable[Line]], items: Sequence[T], at_once: int) -> list[Line]:
    gate = asyncio.Semaphore(at_once)

    async def one(item: T) -> Line:
        async with gate:
            return await do(item)

    return list(await asyncio.gather(*map(one, items)))
