"""`python -m deploy.dead_letters list|show NUMBER|replay NUMBER...|replay --all|discard NUMBER --to FILE`: events that
no service could handle, for the Ieum that runs here. Exit status 1 where something is still wrong."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from nats.errors import Error as NatsError

from deploy import ready
from deploy.admin import environment
from services.chassis.errors import Missing, Problem, Unavailable
from services.chassis.events import bus, dead_letters
from services.chassis.events.bus import Bus
from services.chassis.events.dead_letters import DeadLetter


async def run(asked: argparse.Namespace, settings: Mapping[str, str]) -> int:
    url, prefix = settings.get("IEUM_NATS_URL", "nats://127.0.0.1:4222"), settings.get("IEUM_PREFIX", "")
    await ready.jetstream_answers(url)
    async with bus.connect(url, "deadletters", prefix=prefix) as events:
        if asked.verb == "list":
            return await show_all(events)
        if asked.verb == "show":
            return await show(events, asked.number)
        if asked.verb == "discard":
            return await discard(events, asked.number, asked.to)
        return await replay(events, asked.numbers, everything=asked.all)


async def show_all(events: Bus) -> int:
    count = 0
    async for letter in dead_letters.all_of(events):
        print(f"{letter.number}\t{letter.time:%Y-%m-%d %H:%M:%S}\t{letter.durable}\t{letter.type}\t{letter.error}")
        count += 1
    if not count:
        print("There are no dead letters.", file=sys.stderr)
    return 0


async def show(events: Bus, number: int) -> int:
    print(json.dumps(_letter_fields(await dead_letters.get(events, number)), ensure_ascii=False, indent=2))
    return 0


def _letter_fields(letter: DeadLetter) -> dict[str, object]:
    return {
        "number": letter.number,
        "time": letter.time.isoformat(),
        "service": letter.durable,
        "type": letter.type,
        "subject": letter.subject,
        "error": letter.error,
        "trace": letter.headers.get("traceparent", ""),
        "event": dead_letters.decoded(letter) or {"unreadable": letter.data.hex()},
    }


async def discard(events: Bus, number: int, to: Path) -> int:
    """For what can never be handled: whole in a new file first, and then gone from here."""
    letter = await dead_letters.get(events, number)
    kept = {**_letter_fields(letter), "headers": dict(letter.headers), "data": letter.data.hex()}
    try:
        with to.open("x", encoding="utf-8") as file:
            json.dump(kept, file, ensure_ascii=False, indent=2)
    except OSError as error:
        print(f"{to} cannot be written ({error.strerror}); name a file that is not there yet.", file=sys.stderr)
        return 1
    await events.take_out(dead_letters.STREAM, number)
    print(f"Dead letter {number} is in {to} and no longer here.")
    return 0


async def replay(events: Bus, numbers: Sequence[int], *, everything: bool) -> int:
    letters = [each async for each in dead_letters.all_of(events)] if everything else []
    letters += [await dead_letters.get(events, number) for number in dict.fromkeys(numbers)]
    wrong = [letter.number for letter in letters if not await _replay_one(events, letter)]
    print(f"{len(letters) - len(wrong)} handled, {len(wrong)} left.")
    return 1 if wrong else 0


async def _replay_one(events: Bus, letter: DeadLetter) -> bool:
    try:
        error = await dead_letters.replay(events, letter)
    except Unavailable:
        error = f"{letter.durable} does not answer; start it and try again"
    if error:
        print(f"{letter.number}: {error}", file=sys.stderr)
    return not error


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.dead_letters", description="Events that were not handled.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="one line each, oldest first: number, time, service, event, error")
    verbs.add_parser("show", help="one of them, decoded").add_argument("number", type=int)
    again = verbs.add_parser("replay", help="hand them to the service's handler once more; safe to repeat")
    again.add_argument("numbers", type=int, nargs="*", metavar="number")
    again.add_argument("--all", action="store_true")
    never = verbs.add_parser("discard", help="put one that can never be handled into a file, and take it out of here")
    never.add_argument("number", type=int)
    never.add_argument("--to", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args(given)
    if asked.verb == "replay" and asked.all == bool(asked.numbers):
        parser.error("name the numbers to replay (see list), or say --all")
    return asked


def main() -> int:
    asked = arguments(sys.argv[1:])
    try:
        return asyncio.run(run(asked, environment(os.environ)))
    except Missing as missing:
        print(f"There is no dead letter {missing.details['number']}. `list` shows their numbers.", file=sys.stderr)
    except (Problem, NatsError, OSError) as error:
        print(f"Ieum's broker cannot be reached ({error!r}). Start Ieum, then try again.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
