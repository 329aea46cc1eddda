"""`python -m deploy.deadletters list|show NUMBER|replay NUMBER...|replay --all`: events that no service could handle,
for the Ieum that runs here. Exit status 1 where something is still wrong."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence

from nats.errors import Error as NatsError

from deploy import ready
from deploy.admin import environment
from services.chassis import bus, deadletters
from services.chassis.bus import Bus
from services.chassis.deadletters import DeadLetter
from services.chassis.errors import Missing, Problem, Unavailable


async def run(asked: argparse.Namespace, settings: Mapping[str, str]) -> int:
    url, prefix = settings.get("IEUM_NATS_URL", "nats://127.0.0.1:4222"), settings.get("IEUM_PREFIX", "")
    await ready.jetstream_answers(url)
    async with bus.connect(url, "deadletters", prefix=prefix) as events:
        if asked.verb == "list":
            return await show_all(events)
        if asked.verb == "show":
            return await show(events, asked.number)
        return await replay(events, asked.numbers, everything=asked.all)


async def show_all(events: Bus) -> int:
    count = 0
    async for letter in deadletters.all_of(events):
        print(f"{letter.number}\t{letter.time:%Y-%m-%d %H:%M:%S}\t{letter.durable}\t{letter.type}\t{letter.error}")
        count += 1
    if not count:
        print("There are no dead letters.", file=sys.stderr)
    return 0


async def show(events: Bus, number: int) -> int:
    letter = await deadletters.get(events, number)
    fields = {"number": number, "time": letter.time.isoformat(), "service": letter.durable, "type": letter.type}
    fields |= {"subject": letter.subject, "error": letter.error, "trace": letter.headers.get("traceparent", "")}
    event = deadletters.decoded(letter) or {"unreadable": letter.data.hex()}
    print(json.dumps({**fields, "event": event}, ensure_ascii=False, indent=2))
    return 0


async def replay(events: Bus, numbers: Sequence[int], *, everything: bool) -> int:
    letters = [each async for each in deadletters.all_of(events)] if everything else []
    letters += [await deadletters.get(events, number) for number in dict.fromkeys(numbers)]
    wrong = [letter.number for letter in letters if not await _replay_one(events, letter)]
    print(f"{len(letters) - len(wrong)} handled, {len(wrong)} left.")
    return 1 if wrong else 0


async def _replay_one(events: Bus, letter: DeadLetter) -> bool:
    try:
        error = await deadletters.replay(events, letter)
    except Unavailable:
        error = f"{letter.durable} does not answer; start it and try again"
    if error:
        print(f"{letter.number}: {error}", file=sys.stderr)
    return not error


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.deadletters", description="Events that were not handled.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="one line each, oldest first: number, time, service, event, error")
    verbs.add_parser("show", help="one of them, decoded").add_argument("number", type=int)
    again = verbs.add_parser("replay", help="hand them to the service's handler once more; safe to repeat")
    again.add_argument("numbers", type=int, nargs="*", metavar="number")
    again.add_argument("--all", action="store_true")
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
