"""Village information centres, as pages list them."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.backend.places import Places
from gateway.language.i18n import Locale


@dataclass(frozen=True)
class Centre:
    title: str
    place: str
    address: str
    hours: str
    phone: str


def centres_of(locale: Locale, places: Places) -> list[Centre]:
    return [
        Centre(
            title=locale.pick(centre.title)[0],
            place=places.title(locale, centre.area),
            address=locale.pick(centre.address)[0],
            hours=locale.pick(centre.hours)[0],
            phone=centre.phone,
        )
        for centre in places.centres.values()
    ]
