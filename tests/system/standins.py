"""A small Ieum for the launcher's tests: a real mongod, and programs that only listen, in place of the services.

`python -m tests.system.standins` runs it as `python -m deploy.local` runs the real list.
"""

from __future__ import annotations

import sys
from functools import partial

from deploy import local, ready
from deploy.place import Place
from deploy.processes import Process, mongod

LISTEN = """
import http.server, os, signal, sys
name, host, port = sys.argv[1:]

def stop(*_):
    with open(os.path.join(os.environ["IEUM_DATA"], "stopped"), "a") as order:
        print(name, file=order)
    sys.exit(0)

signal.signal(signal.SIGTERM, stop)
http.server.ThreadingHTTPServer((host, int(port)), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def listener(name: str, place: Place, port: int, *depends_on: str) -> Process:
    return Process(
        name,
        (sys.executable, "-c", LISTEN, name, place.host, str(port)),
        ready=partial(ready.gateway_answers, f"http://{place.host}:{port}/"),
        depends_on=depends_on,
    )


def listeners(place: Place) -> tuple[Process, ...]:
    return (
        listener("people", place, place.ports["people"]),
        listener("courses", place, place.ports["courses"], "people"),
        listener("gateway", place, place.port, "people", "courses"),
    )


def with_store(place: Place) -> tuple[Process, ...]:
    return (mongod(place), listener("gateway", place, place.port, "mongod"))


def never_starts(place: Place) -> tuple[Process, ...]:
    return (
        listener("people", place, place.ports["people"]),
        Process(
            "courses",
            (sys.executable, "-c", "import sys; sys.exit('the setting X is missing')"),
            ready=partial(ready.gateway_answers, f"http://{place.host}:{place.ports['courses']}/"),
        ),
    )


if __name__ == "__main__":
    sys.exit(local.main(with_store))
