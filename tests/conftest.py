from __future__ import annotations

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback

from tests.servers import mongo_url, nats_url, place, prefix, stores

__all__ = ["mongo_url", "nats_url", "place", "prefix", "stores"]

# By default a traceback is drawn with all its variables, which holds everything up for seconds on a busy machine.
structlog.configure(
    processors=[*structlog.get_config()["processors"][:-1], ConsoleRenderer(exception_formatter=plain_traceback)]
)
