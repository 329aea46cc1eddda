"""Removes uploaded files that nothing has named for a month."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import now
from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.courses.store.courses import Courses
from services.courses.store.media import MediaStore

UNNAMED = timedelta(days=30)
"""As long as somebody may come back to a draft that a browser kept, or take a removed picture back."""
_EVERY_SECONDS = 24 * 3600
_FIRST_SECONDS = 600
_NAME = re.compile(r"\bmedia/([0-9A-Za-z-]{1,64})")


async def sweep(courses: Courses, media: MediaStore) -> None:
    """Until cancelled, once a day. Every process does it: who comes second finds nothing to do."""
    pause = _FIRST_SECONDS
    while True:
        check_cancelled()
        await asyncio.sleep(pause)
        try:
            if removed := await remove_unnamed(courses, media, now()):
                trace.log().info("uploads removed", count=removed)
        except Exception:
            trace.log().warning("sweep of uploads delayed", exc_info=True)
        pause = _EVERY_SECONDS


async def remove_unnamed(courses: Courses, media: MediaStore, moment: datetime) -> int:
    """How many were removed. They are chosen before the texts are read, so that what is named meanwhile stays."""
    candidates = set(await media.uploaded_before(moment - UNNAMED))
    if candidates:
        async for document in courses.everything():
            candidates -= set(names_in(document))
    for key in candidates:
        await media.remove(key, moment - UNNAMED)
    return len(candidates)


def names_in(value: Any) -> Iterator[str]:
    """Keys of media in any text of a document: in drafts, versions and their Markdown."""
    if isinstance(value, str):
        yield from _NAME.findall(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from names_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from names_in(each)
