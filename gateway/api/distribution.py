"""Who gets the releases of an area by mail, and who has them. Addresses are for signed-in officials, for no token."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, StringConstraints

from gateway.api.operation import Table
from gateway.api.schemas import Body, JsonAnswer, Line, Moment, Name, PageQuery, Shape, Tag, read, write
from gateway.backend.clients import CLIENTS
from gateway.backend.recipients import FIELDS
from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1.distribution_pb2_grpc import DistributionServiceStub

table = Table("distribution")

State = Literal["WAITING", "SENDING", "SENT", "FAILED", "CANCELLED"]


class Recipient(Shape):
    name: str
    area: str = ""
    office: str = ""
    address: str = ""
    language: str = ""
    create_time: Moment | None = None
    changed_by: str = ""
    change_time: Moment | None = None


class Recipients(Shape):
    recipients: list[Recipient]
    next_page_token: str = ""


class RecipientsQuery(PageQuery):
    area: Annotated[Name, Field(description="With all below it; empty: all that the caller looks after")] = ""


class NewRecipient(Body):
    area: Name
    office: Line
    address: Line
    language: Tag


class ChangedRecipient(Body):
    area: Name | None = None
    office: Line | None = None
    address: Line | None = None
    language: Tag | None = None


class Delivery(Shape):
    release: str
    recipient: str
    area: str = ""
    office: str = ""
    state: State | None = None
    round: Annotated[int, Field(description="1 for the first mail, one more for each sending again")] = 0
    attempts: int = 0
    failure: Annotated[str, Field(description="The mail server's words at the last attempt")] = ""
    plan_time: Moment | None = None
    due_time: Moment | None = None
    send_time: Moment | None = None
    receive_time: Annotated[Moment | None, Field(description="When the office opened it")] = None


class Deliveries(Shape):
    deliveries: list[Delivery]
    next_page_token: str = ""


class ToSend(Body):
    recipient: Annotated[str, StringConstraints(max_length=120, pattern=r"^recipients/[0-9a-z]{1,64}$")]
    round: Annotated[int, Field(ge=0, le=10_000, description="The round you saw; 0 where there was none")] = 0


class MailState(Shape):
    on: bool = False
    reason: Annotated[str, Field(description="Why mail is off: the setting to look at")] = ""
    trouble: Annotated[str, Field(description="The mail server's words, while it does not answer")] = ""
    trouble_since: Moment | None = None
    sender: str = ""


@table("GET", "/recipients", "Offices that get releases by mail")
async def list_recipients(request: web.Request, query: RecipientsQuery) -> JsonAnswer[Recipients]:
    return read(Recipients, await _service(request).ListRecipients(write(query, pb.ListRecipientsRequest())))


@table("GET", "/recipients/{recipient}", "An office that gets releases by mail")
async def get_recipient(request: web.Request) -> JsonAnswer[Recipient]:
    return read(Recipient, await _service(request).GetRecipient(pb.GetRecipientRequest(name=_name(request))))


@table("POST", "/recipients", "Add an office; safe to repeat")
async def create_recipient(request: web.Request, body: NewRecipient) -> JsonAnswer[Recipient]:
    message = pb.CreateRecipientRequest(recipient=write(body, pb.Recipient()))
    recipient = await _service(request).CreateRecipient(message)
    return read(Recipient, recipient)


@table("PATCH", "/recipients/{recipient}", "Change an office's area, name, address or language")
async def update_recipient(request: web.Request, body: ChangedRecipient) -> JsonAnswer[Recipient]:
    message = pb.UpdateRecipientRequest(recipient=write(body, pb.Recipient(name=_name(request))))
    message.update_mask.paths.extend(name for name in FIELDS if getattr(body, name) is not None)
    recipient = await _service(request).UpdateRecipient(message)
    return read(Recipient, recipient)


@table("DELETE", "/recipients/{recipient}", "Remove an office; its address is forgotten")
async def delete_recipient(request: web.Request) -> None:
    await _service(request).DeleteRecipient(pb.DeleteRecipientRequest(name=_name(request)))


@table("GET", "/statistics/releases/{release}/deliveries", "Who has a release, of the areas you look after")
async def list_deliveries(request: web.Request, query: PageQuery) -> JsonAnswer[Deliveries]:
    message = write(query, pb.ListDeliveriesRequest(release=_release(request)))
    return read(Deliveries, await _service(request).ListDeliveries(message))


@table("POST", "/statistics/releases/{release}/deliveries:send", "Send an office its summary, or send it again")
async def send_summary(request: web.Request, body: ToSend) -> JsonAnswer[Delivery]:
    message = write(body, pb.SendSummaryRequest(release=_release(request)))
    return read(Delivery, await _service(request).SendSummary(message))


@table("GET", "/statistics/mail", "Whether mail can be sent")
async def get_mail_state(request: web.Request) -> JsonAnswer[MailState]:
    return read(MailState, await _service(request).GetMailState(pb.GetMailStateRequest()))


def _service(request: web.Request) -> DistributionServiceStub:
    return request.app[CLIENTS].distribution


def _name(request: web.Request) -> str:
    return f"recipients/{request.match_info['recipient']}"


def _release(request: web.Request) -> str:
    return f"releases/{request.match_info['release']}"
