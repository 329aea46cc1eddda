"""The schemas of the public API, separate from the services' messages so that these may change without it.

A shape is a pydantic model. It declares which fields of a message are public: `read` copies them from the message into
an answer, `write` from a request into a message, by name. In JSON, names are camelCase, times RFC 3339 and enum values
their proto names; what is not set is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticUndefined

from services.chassis import clock

Name = Annotated[str, StringConstraints(max_length=120, pattern=r"^[A-Za-z0-9/._*-]*$")]
Line = Annotated[str, StringConstraints(max_length=400)]
Text = Annotated[str, StringConstraints(max_length=100_000)]
Paths = Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z_,. ]*$")]
Tag = Annotated[str, StringConstraints(max_length=40)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Localized = dict[Annotated[str, StringConstraints(max_length=20)], Text]
# What protobuf's Timestamp can hold, with room for every time zone.
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _not_a_count(value: Any) -> Any:
    """Refuses a bare number, which pydantic would take for seconds since 1970."""
    if not isinstance(value, datetime) and not _DATE_AND_TIME.match(str(value)):
        raise ValueError("write it like 2026-07-01T09:00:00+09:00")
    return value


Moment = Annotated[AwareDatetime, Field(strict=False, ge=_FIRST, le=_LAST), BeforeValidator(_not_a_count)]

Universe = Literal["RESIDENT", "EMPLOYEE"]
Role = Literal["LEARNER", "INSTRUCTOR", "REVIEWER", "OFFICIAL", "ADMINISTRATOR"]


class Shape(BaseModel):
    """The schema of an answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Body(Shape):
    """The schema of a request body. An unknown name is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(Shape):
    """The schema of the parameters in an address."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    page_size: Annotated[int, Field(ge=0, le=1000, description="0: as the service sees fit")] = 0
    page_token: Annotated[str, StringConstraints(max_length=500, pattern="^[A-Za-z0-9_-]*$")] = ""


S = TypeVar("S", bound=Shape)
M = TypeVar("M", bound=Message)
Reader = Callable[[Any], Any]


class JsonAnswer(dict[str, Any], Generic[S]):
    """The JSON fields of an answer. A plain dict, because building a model for each message costs more than
    serialising it."""


def read(shape: type[S], message: Message, **more: Any) -> JsonAnswer[S]:
    """The public fields of the message; `more` adds or replaces fields."""
    answer = JsonAnswer[S](_values(shape, message, more))
    for name, value in more.items():
        if value is not None:
            answer[_alias(shape, name)] = value
    return answer


def _values(shape: type[Shape], message: Message, without: Collection[str] = ()) -> dict[str, Any]:
    values = {}
    for name, alias, take in _readers(shape, message.DESCRIPTOR):
        if name not in without and (value := take(message)) is not None:
            values[alias] = value
    return values


@cache
def _readers(shape: type[Shape], descriptor: Descriptor) -> Sequence[tuple[str, str, Reader]]:
    """For each field of the shape a function that reads it from such a message."""
    fields: Mapping[str, FieldDescriptor] = descriptor.fields_by_name
    return [
        (name, _alias(shape, name), _reader(fields[name], inner) if name in fields else _usual(shape, name))
        for name, inner in _inner_shapes(shape).items()
    ]


@cache
def _alias(shape: type[Shape], name: str) -> str:
    return shape.model_fields[name].alias or name


def _usual(shape: type[Shape], name: str) -> Reader:
    """For a field that the message does not have: its default."""
    usual = shape.model_fields[name].get_default(call_default_factory=True)
    return lambda message: None if usual is PydanticUndefined else usual


def _reader(field: FieldDescriptor, inner: type[Shape] | None) -> Reader:
    get = attrgetter(field.name)
    value = _value_reader(field, inner)
    if field.message_type and field.message_type.GetOptions().map_entry:
        return lambda message: dict(get(message))
    if field.is_repeated:
        return (lambda message: [value(item) for item in get(message)]) if value else lambda message: list(get(message))
    if field.message_type and value:
        return lambda message: value(get(message)) if message.HasField(field.name) else None
    return (lambda message: value(get(message))) if value else get


def _value_reader(field: FieldDescriptor, inner: type[Shape] | None) -> Reader | None:
    """None for a value that needs no conversion."""
    if field.enum_type:
        names = {number: value.name for number, value in field.enum_type.values_by_number.items()}
        return lambda value: names[value] if value else None
    if field.message_type and field.message_type.full_name == "google.protobuf.Timestamp":
        return clock.moment
    if inner:
        return lambda value: _values(inner, value)
    return None


def write(shape: Shape, message: M) -> M:
    """Copies the fields that the request set into the message, and returns the message."""
    writers = _writers(message.DESCRIPTOR)
    for name in shape.model_fields_set:
        if name in writers and (value := getattr(shape, name)) is not None:
            writers[name](message, value)
    return message


Writer = Callable[[Any, Any], None]


@cache
def _writers(descriptor: Descriptor) -> Mapping[str, Writer]:
    """For each field of such a message a function that sets it."""
    return {field.name: _writer(field) for field in descriptor.fields}


def _writer(field: FieldDescriptor) -> Writer:
    name, get = field.name, attrgetter(field.name)
    if field.message_type and field.message_type.GetOptions().map_entry:
        return lambda message, value: get(message).update(value)
    if field.message_type and field.is_repeated:
        return lambda message, values: _write_each(get(message), values)
    if field.message_type and field.message_type.full_name == "google.protobuf.Timestamp":
        return lambda message, value: get(message).CopyFrom(clock.stamp(value))
    if field.message_type:
        return lambda message, value: _write_inner(get(message), value)
    if field.enum_type:
        numbers = {value.name: value.number for value in field.enum_type.values}
        if field.is_repeated:
            return lambda message, values: get(message).extend(map(numbers.__getitem__, values))
        return lambda message, value: setattr(message, name, numbers[value])
    if field.is_repeated:
        return lambda message, values: get(message).extend(values)
    return lambda message, value: setattr(message, name, value)


def _write_each(messages: Any, values: Sequence[Shape]) -> None:
    for value in values:
        write(value, messages.add())


def _write_inner(message: Any, value: Shape) -> None:
    # Set even if all fields have defaults, because the kind of a block may be all that the request says.
    message.SetInParent()
    write(value, message)


@cache
def _inner_shapes(shape: type[Shape]) -> Mapping[str, type[Shape] | None]:
    """For each field the shape of its value or of the items of its list; None for plain values."""
    return {name: _shape_in(field.annotation) for name, field in shape.model_fields.items()}


def _shape_in(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((shape for part in get_args(annotation) if (shape := _shape_in(part))), None)
