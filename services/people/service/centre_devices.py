# ruff: noqa: N802 - gRPC method names are the contract's
"""Computers of centres: an administrator makes the browser at which they sit one, and ends any of them."""

from __future__ import annotations

import secrets

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import cards_pb2 as pb
from ieum.people.v1.cards_pb2_grpc import CardServiceServicer
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import acting
from services.people import authorisation
from services.people.domain import cards
from services.people.domain.audit import Action
from services.people.domain.cards import CentreDevice
from services.people.service.session_start import SessionStart

_FORM = "centreDevices/"


class CentreDeviceMethods(CardServiceServicer):
    def __init__(self, people: SessionStart) -> None:
        self.people = people
        self.store = people.store

    async def AddCentreDevice(self, request: pb.AddCentreDeviceRequest, context: object) -> pb.AddCentreDeviceResponse:
        within = await self._centres()
        name = cards.checked_device_name(request.display_name)
        if request.centre not in within:
            raise Forbidden("OUTSIDE_YOUR_AREA", field="centre")
        acting().require_proof()
        secret, device = secrets.token_urlsafe(32), CentreDevice(name, request.centre, acting().person, now())
        key = await self.store.centre_devices.add(secret, device)
        await self.store.audit.add(Action.CENTRE_DEVICE_ADDED, request.centre, name)
        return pb.AddCentreDeviceResponse(device=_message(key, device), secret=secret)

    async def ListCentreDevices(
        self, request: pb.ListCentreDevicesRequest, context: object
    ) -> pb.ListCentreDevicesResponse:
        reach = await authorisation.reach_of(self.store, acting())
        found = await self.store.centre_devices.in_centres(None if reach.everywhere else await self._centres())
        return pb.ListCentreDevicesResponse(devices=[_message(*each) for each in found])

    async def RemoveCentreDevice(self, request: pb.RemoveCentreDeviceRequest, context: object) -> Empty:
        reach, key = await authorisation.reach_of(self.store, acting()), request.name.removeprefix(_FORM)
        device = await self.store.centre_devices.entities.find(key)
        if device is None:
            return Empty()
        if not (reach.everywhere or device.centre in await self._centres()):
            raise Missing("NOT_FOUND", field="name")
        if await self.store.centre_devices.remove(key):
            await self.store.audit.add(Action.CENTRE_DEVICE_REMOVED, device.centre, device.display_name)
        return Empty()

    async def _centres(self) -> frozenset[str]:
        """Those in the areas of whoever acts."""
        reach = await authorisation.reach_of(self.store, acting())
        known = (await self.store.places.get()).centres
        return frozenset(each.name for each in known if reach.covers_scope(each.area))


def _message(key: str, device: CentreDevice) -> pb.CentreDevice:
    return pb.CentreDevice(
        name=f"{_FORM}{key}",
        display_name=device.display_name,
        centre=device.centre,
        make_time=stamp(device.make_time),
        last_use_time=stamp(device.last_use_time),
    )
