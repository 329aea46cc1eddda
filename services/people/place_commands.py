"""The operator's import of places: what it would change, the import itself, and taking it back. They are the service's
own methods, called by nobody but the system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from google.protobuf import json_format

from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Invalid
from services.chassis.principal import SYSTEM, acting_as
from services.people.passphrases import Passphrases
from services.people.service import PeopleService
from services.people.store import Store

_WORDS = {
    pb.PlaceChange.ADDED: "{name} is new: {after}",
    pb.PlaceChange.REMOVED: "{name} vanishes: {before}",
    pb.PlaceChange.RENAMED: "{name} is renamed: {before} → {after}",
    pb.PlaceChange.MOVED: "{name} moves from {area_before} to {area_after}: {after}",
    pb.PlaceChange.CHANGED: "{name} has other details: {after}",
}


async def preview_places(store: Store, file: str) -> str:
    """What importing the file would change, a line each; without one, what taking back the last import would."""
    request = pb.PreviewPlacesRequest(replacement=_read(file)) if file else pb.PreviewPlacesRequest(previous=True)
    with acting_as(SYSTEM):
        preview = await PeopleService(store, Passphrases()).PreviewPlaces(request, None)
    return "\n".join(_lines(preview)) or "This changes nothing."


async def import_places(store: Store, file: str, moves: Mapping[str, str]) -> str:
    request = _read(file)
    request.moves.update(moves)
    with acting_as(SYSTEM):
        await PeopleService(store, Passphrases()).ImportPlaces(request, None)
    counts = (len(request.areas), len(request.organisations), len(request.centres))
    return "The places are {} areas, {} organisations and {} centres now.".format(*counts)


async def restore_places(store: Store, moves: Mapping[str, str]) -> str:
    with acting_as(SYSTEM):
        service = PeopleService(store, Passphrases())
        preview = await service.PreviewPlaces(pb.PreviewPlacesRequest(previous=True), None)
        await service.RestorePlaces(pb.RestorePlacesRequest(etag=preview.etag, moves=moves), None)
    return "The places are as before the last import."


def _read(file: str) -> pb.ImportPlacesRequest:
    """The body of the API's `/places:import`."""
    try:
        return json_format.Parse(file, pb.ImportPlacesRequest())
    except json_format.ParseError as error:
        raise Invalid("FILE_UNREADABLE", error=error) from error


def _lines(preview: pb.PlacesPreview) -> Iterator[str]:
    lost = {each.name: each for each in preview.lost}
    for change in preview.changes:
        line = _WORDS[change.kind].format(
            name=change.name,
            before=_title(change.title_before),
            after=_title(change.title_after),
            area_before=change.area_before or "the top",
            area_after=change.area_after or "the top",
        )
        yield line + (f". {_belonging(lost.pop(change.name))}" if change.name in lost else "")
    for name, belonging in lost.items():
        yield f"{name} is not in the list. {_belonging(belonging)}"


def _belonging(lost: pb.LostPlace) -> str:
    counts = {"live there": lost.residents, "work there": lost.employees, "hold a role for it": lost.roles}
    who = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
    return f"{who}; say where they belong: --move {lost.name}={lost.name.partition('/')[0]}/CODE"


def _title(title: Mapping[str, str]) -> str:
    return title.get("ko") or next(iter(title.values()), "")
