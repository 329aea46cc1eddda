"""Writes any notice when it goes out."""

from __future__ import annotations

from services.notices.domain.notice import Notice
from services.notices.letters import offices
from services.notices.letters.letter import Written
from services.notices.letters.persons import PersonLetters
from services.notices.sources import Sources


class Writer:
    def __init__(self, sources: Sources, persons: PersonLetters, public_url: str) -> None:
        self._sources = sources
        self._persons = persons
        self._public_url = public_url

    async def write(self, notice: Notice) -> Written:
        """Raises a Problem: Unavailable while a service that has to be asked is away."""
        if notice.personal:
            return await self._persons.write(notice)
        return await offices.write(self._sources, notice, self._public_url)
