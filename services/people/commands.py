"""Commands of the operator, straight on the store: administrators, passphrases, employees, places.

python -m services.people.commands create-admin --login LOGIN --name NAME [--passphrase-file FILE]
python -m services.people.commands reset-passphrase --login LOGIN [--passphrase-file FILE]
python -m services.people.commands confirm-employees --organisation organisations/CODE --logins FILE
python -m services.people.commands import-places --file FILE [--dry-run] [--move areas/OLD=areas/NEW ...]
python -m services.people.commands restore-places [--dry-run] [--move areas/OLD=areas/NEW ...]
python -m services.people.commands erase-again --ledger FILE
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError

from services.chassis.clock import new_id, now
from services.chassis.config import Settings
from services.chassis.errors import Missing, Problem
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.observability import trace
from services.chassis.store import mongo
from services.chassis.tasks import cancel
from services.people.domain import credentials, person, vouching
from services.people.domain.audit import Action
from services.people.domain.passphrase import set_passphrase
from services.people.domain.person import RUNS_EVERYTHING, Event, Person
from services.people.passphrases import Passphrases
from services.people.place_commands import import_places, preview_places, restore_places
from services.people.store import Store
from services.people.store.erasing import erase
from services.people.store.ledger import ErasureLedger

_SECONDS = 10
_ON_PLACES = ("import-places", "restore-places")
_A_WHILE_SECONDS = 3_600
_WORDS = {
    "LOGIN_LENGTH": "A login has {min} to {max} characters.",
    "LOGIN_CHARACTERS": "A login consists of letters, digits and . _ -",
    "LOGIN_MIXES_SCRIPTS": "This login mixes letters of scripts that look alike. Use one script.",
    "LOOKS_LIKE_RESIDENT_NUMBER": "This looks like a resident number, which must not be kept here. Choose another.",
    "DISPLAY_NAME_MISSING": "Give a name: --name NAME",
    "DISPLAY_NAME_TOO_LONG": "A name has at most {max} characters.",
    "DISPLAY_NAME_CHARACTERS": "The name has characters that cannot be shown, or no letter at all.",
    "PASSPHRASE_TOO_SHORT": "A passphrase has at least {min} characters.",
    "PASSPHRASE_TOO_LONG": "A passphrase has at most {max} characters.",
    "PASSPHRASE_IS_LOGIN": "The passphrase must differ from the login.",
    "PASSPHRASE_TOO_COMMON": "This passphrase is among the first that anybody guesses. Choose another.",
    "PERSON_NOT_FOUND": "Nobody has this login.",
    "FILE_UNREADABLE": "The file is not the JSON that the API takes at /places:import: {error}",
    "PLACE_INHABITED": "{people} people belong to {name}. Say where they belong then: --move {name}=CODE",
    "PLACE_MOVE_NEEDLESS": "{name} stays in the list. Leave out its --move.",
    "PLACE_MOVE_UNKNOWN": "People of {name} cannot move to {target}, which is no such place of the new list.",
    "PLACES_NO_PREVIOUS": "There is no import to take back.",
}


async def create_admin(store: Store, login: str, name: str, passphrase: str) -> str:
    """What was done, in words. Somebody with this login keeps name and passphrase and becomes administrator."""
    current = await store.people.find_login(login)
    drafted = current or person.draft(new_id(), login, name, "", "", "", "ko", now())
    if RUNS_EVERYTHING in drafted.grants:
        return f"{drafted.login} is an administrator already; nothing was changed."
    hashed = ""
    if current is None:
        credentials.check_passphrase(passphrase, drafted.login)
        hashed = await Passphrases().hash(passphrase)

    def appoint(found: Person) -> tuple[Person, Sequence[Event]]:
        registered, first = person.register(found, hashed, now())
        granted, second = person.grant(registered, RUNS_EVERYTHING, now())
        return granted, [*first, *second]

    made = await store.people.change(drafted.id, appoint, start=drafted)
    await store.audit.add(Action.ROLE_GRANTED, made.name, f"{RUNS_EVERYTHING}, by command", actor="")
    return f"{made.login} is an administrator now" + (", with the passphrase as it was." if current else ".")


async def reset_passphrase(store: Store, login: str, passphrase: str) -> str:
    current = await store.people.find_login(login)
    if current is None:
        raise Missing("PERSON_NOT_FOUND")
    credentials.check_passphrase(passphrase, current.login)
    hashed = await Passphrases().hash(passphrase)

    async def work(session: AsyncClientSession) -> None:
        await store.people.change(current.id, lambda found: set_passphrase(found, hashed, now()), session=session)
        await store.tokens.revoke_all(current.id, session)

    await store.together(work, (store.people.entities, current.id))
    await store.audit.add(Action.PASSPHRASE_RESET, current.name, "by command", actor="")
    return f"{current.login} has a new passphrase, and every session and token of theirs has ended."


async def confirm_employees(store: Store, organisation: str, logins: Sequence[str]) -> str:
    """What was done, in words. Logins that nobody has, or that name another office, are listed and left alone."""
    confirmed, left = 0, []
    for login in filter(None, map(str.strip, logins)):
        found = await store.people.find_login(login)
        if found is None or found.organisation != organisation:
            left.append(login)
            continue
        confirmed += 1
        if found.organisation_confirmed:
            continue
        await store.people.change(found.id, lambda known: vouching.confirm_by_roster(known, organisation, now()))
        await store.audit.add(Action.ORGANISATION_CONFIRMED, found.name, f"{organisation}, by command", actor="")
    told = f"{confirmed} employees of {organisation} are confirmed."
    return told + (f" Not there, or of another office: {', '.join(left)}" if left else "")


async def erase_again(store: Store, ledger: ErasureLedger) -> str:
    """Erases whoever the ledger names and a restored backup brought back."""
    erased = 0
    for name in ledger.persons():
        found = await store.people.find(name.removeprefix("people/"))
        if found is not None and not found.erased:
            await erase(store, found, now(), also_last_administrator=True)
            erased += 1
    return f"{erased} people who had been erased since this backup are erased again."


@asynccontextmanager
async def opened(settings: Settings, seconds: float = _SECONDS) -> AsyncIterator[Store]:
    """The people service's store; what is announced reaches the broker before it is closed."""
    async with (
        asyncio.timeout(_SECONDS) as deadline,
        mongo.connect(settings.mongo_url) as client,
        bus.connect(
            settings.nats_url, "people-accounts", prefix=settings.prefix, replicas=settings.stream_replicas
        ) as events,
    ):
        await events.ensure_stream("ieum.people.v1")
        outbox = Outbox(events)
        store = Store(client[f"{settings.prefix}ieum_people"], outbox, settings.pseudonym_key)
        deadline.reschedule(None)
        with mongo.without_deadline():
            await store.prepare()
            await outbox.prepare()
        deadline.reschedule(asyncio.get_running_loop().time() + seconds)
        relay = asyncio.create_task(outbox.run())
        try:
            yield store
            while await outbox.depth():  # noqa: ASYNC110 - the broker's answer is what is waited for
                await asyncio.sleep(0.05)
        finally:
            await cancel(relay)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m services.people.commands", description="Accounts, by the operator."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create-admin", help="make the first administrator, or make somebody one")
    create.add_argument("--name", default="", help="display name; the login where none is given")
    reset = commands.add_parser("reset-passphrase", help="set a new passphrase and end every session")
    confirm = commands.add_parser("confirm-employees", help="confirm that the people of a list work at an office")
    confirm.add_argument("--organisation", required=True, help='as in the places file, e.g. "organisations/hanbit"')
    confirm.add_argument("--logins", type=Path, required=True, help="a file with a login on each line")
    read = commands.add_parser("import-places", help="replace areas, organisations and centres")
    read.add_argument("--file", type=Path, required=True, help="JSON, as the API takes it at /places:import")
    back = commands.add_parser("restore-places", help="put back the places before the last import")
    for command in (read, back):
        command.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        command.add_argument("--move", action="append", default=[], help="where people of a place belong: OLD=NEW")
    again = commands.add_parser("erase-again", help="erase whoever a restored backup brought back")
    again.add_argument("--ledger", type=Path, required=True, help="the ledger of erasures, a file")
    for command in (create, reset):
        command.add_argument("--login", required=True)
        command.add_argument("--passphrase-file", type=Path, help="read it from here instead of asking")
    return parser.parse_args()


def _passphrase(file: Path | None) -> str:
    try:
        if file:
            return file.read_text().rstrip("\r\n")
        first, again = getpass.getpass("Passphrase: "), getpass.getpass("Once more: ")
    except EOFError:
        sys.exit("Nobody is there to type a passphrase; put it into a file and name that: --passphrase-file FILE")
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{file} cannot be read: {error}")
    if again != first:
        sys.exit("The two differ; nothing was changed. Run the command again.")
    return first


async def _run(given: argparse.Namespace, passphrase: str) -> str:
    if given.command == "erase-again":
        async with opened(Settings(), _A_WHILE_SECONDS) as store:
            return await erase_again(store, ErasureLedger(given.ledger))
    async with opened(Settings()) as store:
        if given.command == "confirm-employees":
            return await confirm_employees(store, given.organisation, given.logins.read_text().splitlines())
        if given.command in _ON_PLACES:
            return await _on_places(store, given)
        if given.command == "create-admin":
            return await create_admin(store, given.login, given.name or given.login, passphrase)
        return await reset_passphrase(store, given.login, passphrase)


async def _on_places(store: Store, given: argparse.Namespace) -> str:
    moves = {old: new for old, _, new in (move.partition("=") for move in given.move)}
    file = given.file.read_text() if given.command == "import-places" else ""
    if given.dry_run:
        return await preview_places(store, file)
    return await import_places(store, file, moves) if file else await restore_places(store, moves)


def _words(problem: Problem) -> str:
    return _WORDS.get(problem.reason, problem.reason).format_map(problem.details)


def main() -> None:
    trace.configure_logging("people-accounts", "error")
    given = _arguments()
    passphrase = _passphrase(given.passphrase_file) if "passphrase_file" in given else ""
    try:
        print(asyncio.run(_run(given, passphrase)))
    except Problem as problem:
        sys.exit(_words(problem))
    except (TimeoutError, PyMongoError, FileNotFoundError):
        sys.exit(
            "The stores or the secrets cannot be reached. Start Ieum first (make run), "
            "or set IEUM_MONGO_URL, IEUM_NATS_URL and IEUM_SECRETS."
        )


if __name__ == "__main__":
    main()
