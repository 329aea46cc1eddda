"""The events as AsyncAPI 3.0, made from the protocol files and the list of services: `make proto` writes
proto/gen/asyncapi.json.

Payloads are protobuf. Their schemas describe the JSON form that `protoc` defines for the same message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

from services.chassis.version import VERSION
from services.registry import APART, HEARS, SERVICES

ROOT = Path(__file__).parents[1]
FILE = "proto/gen/asyncapi.json"
Json = dict[str, Any]

_DESCRIPTION = """\
What happened in Ieum, for whoever runs it beside other systems. Streams of NATS JetStream are kept for ever; delivery
is at least once, in order for each entity. Headers follow CloudEvents 1.0 in binary mode. A message is never changed
except by new fields. Names of persons are `people/{id}`; no event holds a name, a login or an address."""
_HEADERS = {
    "ce-id": "Id of the event; the same one again is a repeat",
    "ce-source": "/ieum/{service}",
    "ce-type": "Full name of the message",
    "ce-subject": "Key of the entity",
    "ce-time": "When it was published, RFC 3339",
    "ce-dataschema": "urn:protobuf:{message}",
    "traceparent": "W3C Trace Context",
    "Nats-Msg-Id": "As ce-id; the broker drops a repeat within ten minutes",
}
_TEXTS = {FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_BYTES}
_LONG = {FieldDescriptorProto.TYPE_INT64, FieldDescriptorProto.TYPE_UINT64}
_FRACTIONS = {FieldDescriptorProto.TYPE_DOUBLE, FieldDescriptorProto.TYPE_FLOAT}


def document(descriptors: FileDescriptorSet) -> Json:
    files = {file.name: file for file in descriptors.file}
    known = _Messages(descriptors)
    events = {
        service: known.of_file(file)
        for service in SERVICES
        if (file := files.get(f"ieum/{service}/v1/events.proto")) is not None
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Events of Ieum", "version": VERSION, "description": _DESCRIPTION},
        "defaultContentType": "application/protobuf",
        "channels": {service: _channel(service, names) for service, names in events.items()},
        "operations": dict(_operations(events)),
        "components": {
            "messages": {name: known.message(name) for names in events.values() for name in names},
            "schemas": known.schemas(name for names in events.values() for name in names),
        },
    }


def _channel(service: str, names: list[str]) -> Json:
    return {
        "address": f"ieum.{service}.v1.{{message}}.{{key}}",
        "title": f"Stream of {service}",
        "parameters": {
            "message": {"description": "Name of the message"},
            "key": {"description": "Key of the entity that it is about"},
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"nats": {"bindingVersion": "0.1.0"}},
    }


def _operations(events: Mapping[str, list[str]]) -> Iterator[tuple[str, Json]]:
    for service in events:
        channel = {"$ref": f"#/channels/{service}"}
        yield f"{service}.announces", {"action": "send", "channel": channel, "summary": f"{service} announces"}
    for service in SERVICES:
        heard = dict.fromkeys((*HEARS[service], *(other for other, _ in APART[service])))
        for other in heard:
            if other in events:
                channel = {"$ref": f"#/channels/{other}"}
                summary = f"{service} handles those events of {other} that concern it"
                yield f"{service}.hears.{other}", {"action": "receive", "channel": channel, "summary": summary}


class _Messages:
    """Messages and enums by full name, with their comments."""

    def __init__(self, descriptors: FileDescriptorSet) -> None:
        self._messages: dict[str, DescriptorProto] = {}
        self._enums: dict[str, list[str]] = {}
        self._comments: dict[str, str] = {}
        for file in descriptors.file:
            for number, message in enumerate(file.message_type):
                self._take(file, f"{file.package}.{message.name}", message, (4, number))
            for enum in file.enum_type:
                self._enums[f"{file.package}.{enum.name}"] = [value.name for value in enum.value]

    def _take(self, file: FileDescriptorProto, name: str, message: DescriptorProto, path: tuple[int, ...]) -> None:
        self._messages[name] = message
        for location in file.source_code_info.location:
            if tuple(location.path[: len(path)]) == path and (comment := " ".join(location.leading_comments.split())):
                if len(location.path) == len(path):
                    self._comments[name] = comment
                elif len(location.path) == len(path) + 2 and location.path[-2] == 2:
                    self._comments[f"{name}.{message.field[location.path[-1]].name}"] = comment
        for number, inner in enumerate(message.nested_type):
            self._take(file, f"{name}.{inner.name}", inner, (*path, 3, number))
        for enum in message.enum_type:
            self._enums[f"{name}.{enum.name}"] = [value.name for value in enum.value]

    def of_file(self, file: FileDescriptorProto) -> list[str]:
        """Its events: the messages that no other message of the file is made of."""
        inner = {field.type_name.lstrip(".") for message in file.message_type for field in message.field}
        names = [f"{file.package}.{message.name}" for message in file.message_type]
        return [name for name in names if name not in inner]

    def message(self, name: str) -> Json:
        comment = {"summary": self._comments[name]} if name in self._comments else {}
        headers = {each: {"type": "string", "description": text} for each, text in _HEADERS.items()}
        return {
            "name": name,
            "title": name.rpartition(".")[2],
            **comment,
            "headers": {"type": "object", "properties": headers},
            "payload": {"$ref": f"#/components/schemas/{name}"},
        }

    def schemas(self, names: Iterator[str]) -> Json:
        """Of these messages and all that they are made of."""
        schemas: Json = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in schemas or name not in self._messages:
                continue
            schemas[name] = self._schema(name)
            waiting += [field.type_name.lstrip(".") for field in self._messages[name].field if field.type_name]
        return dict(sorted(schemas.items()))

    def _schema(self, name: str) -> Json:
        if name == "google.protobuf.Timestamp":
            return {"type": "string", "format": "date-time"}
        comment = {"description": self._comments[name]} if name in self._comments else {}
        fields = {field.json_name: self._field(name, field) for field in self._messages[name].field}
        return {"type": "object", **comment, "properties": fields}

    def _field(self, message: str, field: FieldDescriptorProto) -> Json:
        kind = self._kind(field)
        entry = self._messages.get(field.type_name.lstrip("."))
        if entry is not None and entry.options.map_entry:
            kind = {"type": "object", "additionalProperties": self._kind(entry.field[1])}
        elif field.label == FieldDescriptorProto.LABEL_REPEATED:
            kind = {"type": "array", "items": kind}
        comment = self._comments.get(f"{message}.{field.name}", "")
        return kind | ({"description": comment} if comment and "$ref" not in kind else {})

    def _kind(self, field: FieldDescriptorProto) -> Json:
        name = field.type_name.lstrip(".")
        if name in self._enums:
            return {"type": "string", "enum": self._enums[name]}
        if name:
            return {"$ref": f"#/components/schemas/{name}"}
        if field.type in _TEXTS or field.type in _LONG:
            return {"type": "string"}
        if field.type == FieldDescriptorProto.TYPE_BOOL:
            return {"type": "boolean"}
        return {"type": "number" if field.type in _FRACTIONS else "integer"}


def written(root: Path = ROOT) -> str:
    descriptors = FileDescriptorSet.FromString((root / "proto/gen/ieum.binpb").read_bytes())
    return json.dumps(document(descriptors), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (ROOT / FILE).write_text(written())
