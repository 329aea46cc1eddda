"""What an import of places would change, as a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ieum.people.v1 import people_pb2
from services.chassis.clock import stamp
from services.people.domain.places import Places
from services.people.domain.places_import import Belonging, Change, Place, area_of

Texts = Mapping[str, str]


def preview_to_message(
    current: Places, changes: Iterable[Change], lost: Mapping[str, Belonging]
) -> people_pb2.PlacesPreview:
    known: tuple[Place, ...] = (*current.areas, *current.organisations)
    titles = {place.name: place.title for place in known}
    message = people_pb2.PlacesPreview(
        changes=[_change_to_message(each) for each in changes],
        lost=[
            people_pb2.LostPlace(
                name=name,
                title=titles.get(name, {}),
                residents=belonging.residents,
                employees=belonging.employees,
                roles=belonging.roles,
                vanishes=name in titles,
            )
            for name, belonging in lost.items()
        ],
        etag=current.etag,
    )
    if moment := stamp(current.import_time):
        message.import_time.CopyFrom(moment)
    return message


def _change_to_message(change: Change) -> people_pb2.PlaceChange:
    place = change.after or change.before
    return people_pb2.PlaceChange(
        kind=people_pb2.PlaceChange.Kind.Value(change.kind.name),
        name=place.name if place else "",
        title_before=_title(change.before),
        title_after=_title(change.after),
        area_before=area_of(change.before) if change.before else "",
        area_after=area_of(change.after) if change.after else "",
    )


def _title(place: Place | None) -> Texts:
    return place.title if place else {}
