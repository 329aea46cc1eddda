# ruff: noqa: N802 - gRPC method names are the contract's
"""How the centres of an area are used."""

from __future__ import annotations

from datetime import date

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import principal
from services.chassis.errors import Invalid
from services.classes import authorisation
from services.classes.domain import centre_use
from services.classes.messages.names import checked_names
from services.classes.messages.outreach import use_to_message
from services.classes.service.base import Methods


class UseMethods(Methods):
    async def ListCentreUse(self, request: pb.ListCentreUseRequest, context: object) -> pb.ListCentreUseResponse:
        [area] = checked_names([request.area], "areas", "area")
        await authorisation.require_overseer(self._copies, principal.caller(), area)
        days = (_day(request.from_date, "from_date"), _day(request.until_date, "until_date"))
        centre_use.check_days((days[1] - days[0]).days)
        between = (days[0].isoformat(), days[1].isoformat())
        areas = await self._copies.areas.below(area)
        classes = await self._store.taught(areas, between)
        keys = [each.id for each in classes]
        places = {each.details.place.area for each in classes}
        found = centre_use.use_of(
            classes,
            await self._store.use.attended(keys),
            await self._store.use.visitors(keys),
            await self._store.use.help_given(areas, between),
            between,
            {place: frozenset(await self._copies.areas.below(place)) for place in places},
        )
        return pb.ListCentreUseResponse(uses=map(use_to_message, found))


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("DAY_INVALID", field=field) from error
