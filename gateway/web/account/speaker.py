"""Says values in the reader's words: moments, places, and names with their values."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.backend.places import Places
from gateway.language.i18n import Locale
from services.chassis import clock


@dataclass(frozen=True)
class Speaker:
    locale: Locale
    places: Places

    def gettext(self, words: str) -> str:
        return self.locale.gettext(words)

    def when(self, stamp: Timestamp) -> str:
        moment = clock.moment(stamp)
        return self.locale.datetime(moment) if moment else ""

    def place(self, name: str) -> str:
        return self.places.title(self.locale, name) if name else ""

    def facts(self, *pairs: tuple[str, str]) -> list[tuple[str, str]]:
        """Those that have a value."""
        return [(self.gettext(name), value) for name, value in pairs if value]
