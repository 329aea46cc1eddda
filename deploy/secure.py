"""`make run PROFILE=secure`: mutual TLS between all processes, and a user of MongoDB and NATS for each service, who may
write its own database and publish its own events, no more. `permissions` lists what each NATS user needs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from deploy import place as places
from deploy import processes as usual
from deploy import ready
from deploy.authority import Authority
from deploy.place import LOOPBACK, Place
from deploy.processes import STORES, Process
from services.chassis.tls import Identity
from services.registry import APART, HEARS, SERVICES, variable_of

OPERATOR = "operator"
_USERS = (OPERATOR, "gateway", *SERVICES)
_AUTHENTICATION_FAILED = 18


def settle(given: Mapping[str, str]) -> Place:
    """Always with stores of its own. The shared environment has the operator's credentials, each process its own."""
    others = {name: value for name, value in given.items() if name not in places.STORE_URLS.values()}
    place = places.settle(others, internal=(*STORES, *SERVICES))
    authority = Authority(place.directory("secure"))
    for name in (*_USERS, *STORES):
        authority.issue(name)
    return replace(place, environment={**place.environment, **credentials(place, OPERATOR)})


def processes(place: Place) -> tuple[Process, ...]:
    return (_mongod(place), _nats_server(place), *(_with_credentials(place, part) for part in usual.parts(place)))


def credentials(place: Place, name: str) -> dict[str, str]:
    """Addresses of the stores with the credentials of a service, the gateway or the operator."""
    own, passphrase = identity(place, name), _passphrases(place)[name]
    mongo = f"mongodb://{name}:{passphrase}@{LOOPBACK}:{place.ports['mongod']}/?replicaSet={ready.REPLICA_SET}"
    nats = f"tls://{name}:{passphrase}@{LOOPBACK}:{place.ports['nats-server']}"
    files = {field: quote_plus(str(getattr(own, field))) for field in ("ca", "cert", "key")}
    return {
        "IEUM_MONGO_URL": f"{mongo}&authSource=admin&tls=true&tlsCAFile={files['ca']}",
        "IEUM_NATS_URL": f"{nats}?" + "&".join(f"{field}={file}" for field, file in files.items()),
        "IEUM_TLS_CA": str(own.ca),
        "IEUM_TLS_CERT": str(own.cert),
        "IEUM_TLS_KEY": str(own.key),
    }


def identity(place: Place, name: str) -> Identity:
    directory = place.directory("secure")
    return Identity(directory / "authority.pem", directory / f"{name}.pem", directory / f"{name}.key")


def permissions(name: str) -> dict[str, Any]:
    """Permissions of a NATS user. Each service may create the streams it uses, since the first one creates them."""
    if name == OPERATOR:
        return {"publish": ">", "subscribe": ">"}
    if name == "gateway":
        letters = [f"$JS.API.STREAM.MSG.{verb}.deadletters" for verb in ("GET", "DELETE")]
        return {
            "publish": {"allow": ["replay.>", *letters]},
            "subscribe": {"allow": ["_INBOX.gateway.>", "ieum.>"]},
        }
    heard = HEARS[name]
    streams = [f"$JS.API.STREAM.CREATE.{each}" for each in sorted({name, *heard, "deadletters"})]
    publish = [f"ieum.{name}.v1.>", f"deadletters.{name}", "$JS.API.STREAM.INFO.deadletters", *streams]
    consumers = [(each, name) for each in heard] + [(each, f"{name}-{apart}") for each, apart in APART.get(name, ())]
    for each, durable in consumers:
        publish += [
            f"$JS.API.CONSUMER.{verb}.{each}.{durable}" for verb in ("CREATE", "DURABLE.CREATE", "INFO", "MSG.NEXT")
        ]
        publish += [f"$JS.API.CONSUMER.CREATE.{each}.{durable}.>", f"$JS.ACK.{each}.{durable}.>"]
    durables = sorted({durable for _, durable in consumers} - {name})
    publish += [f"deadletters.{durable}" for durable in durables]
    if "people" in {each for each, _ in consumers}:  # was anybody erased that this service has not heard of?
        publish.append("$JS.API.STREAM.MSG.GET.people")
    if name == "people":  # events of somebody who was erased
        publish.append("$JS.API.STREAM.MSG.DELETE.people")
    return {
        "publish": {"allow": publish},
        "subscribe": {"allow": [f"_INBOX.{name}.>", *(f"replay.{each}.>" for each in (name, *durables))]},
        "allow_responses": True,
    }


def _with_credentials(place: Place, part: Process) -> Process:
    name = part.name.partition("-")[0]
    changed = replace(part, environment={**part.environment, **credentials(place, name)})
    if name == "gateway":
        return changed
    address = place.environment[variable_of(name)].split(",")[int(part.environment["IEUM_WORKER"])]
    return replace(changed, ready=partial(ready.service_serves, address, identity(place, OPERATOR)))


def _mongod(place: Place) -> Process:
    plain, directory, own = usual.mongod(place), place.directory("secure"), identity(place, "mongod")
    both = directory / "mongod.both"
    both.touch(mode=0o600)
    both.write_bytes(own.cert.read_bytes() + own.key.read_bytes())
    shared = directory / "members.key"
    if not shared.exists():
        shared.touch(mode=0o600)
        shared.write_text(secrets.token_hex(64))
    more = (
        *("--keyFile", str(shared), "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(both)),
        *("--tlsCAFile", str(own.ca), "--tlsAllowConnectionsWithoutCertificates"),
    )
    return replace(plain, command=(*plain.command, *more), ready=partial(_mongod_has_users, place))


async def _mongod_has_users(place: Place) -> None:
    """Also makes the replica set and its users on the first looks: until there is one, this machine may make one."""
    port, words = place.ports["mongod"], _passphrases(place)
    how: dict[str, Any] = {"tls": True, "tlsCAFile": str(identity(place, "mongod").ca)}
    try:
        await ready.mongod_is_primary(port, **how, username=OPERATOR, password=words[OPERATOR])
    except OperationFailure as error:
        if error.code != _AUTHENTICATION_FAILED:
            raise
        await _begin(port, words[OPERATOR], how)
        raise ready.NotReady("mongod has only now got its first user") from error
    url = credentials(place, OPERATOR)["IEUM_MONGO_URL"]
    async with AsyncMongoClient[dict[str, Any]](url, timeoutMS=int(ready.LOOK * 1000)) as client:
        known = {user["user"] for user in (await client.admin.command("usersInfo"))["users"]}
        for name in {*SERVICES} - known:
            roles = [{"role": "readWrite", "db": f"ieum_{name}"}]
            await client.admin.command("createUser", name, pwd=words[name], roles=roles)


async def _begin(port: int, passphrase: str, how: Mapping[str, Any]) -> None:
    member = f"{LOOPBACK}:{port}"
    async with AsyncMongoClient[dict[str, Any]](
        member, directConnection=True, timeoutMS=int(ready.LOOK * 1000), **how
    ) as client:
        hello = await client.admin.command("hello")
        if "setName" not in hello:
            one = {"_id": ready.REPLICA_SET, "members": [{"_id": 0, "host": member}]}
            await client.admin.command("replSetInitiate", one)
        elif hello.get("isWritablePrimary"):
            roles = [{"role": "root", "db": "admin"}]
            await client.admin.command("createUser", OPERATOR, pwd=passphrase, roles=roles)


def _nats_server(place: Place) -> Process:
    plain, own, words = usual.nats_server(place), identity(place, "nats-server"), _passphrases(place)
    tls = {
        "cert_file": str(own.cert),
        "key_file": str(own.key),
        "ca_file": str(own.ca),
        "verify": True,
        # TLS before the first byte, so nobody in between can downgrade the connection.
        "handshake_first": True,
    }
    users = [{"user": name, "password": words[name], "permissions": permissions(name)} for name in _USERS]
    config = place.directory("secure") / "nats.conf"
    config.touch(mode=0o600)
    base = Path(usual.__file__).with_name("nats.conf").read_text()
    config.write_text(f"{base}tls {json.dumps(tls)}\nauthorization {json.dumps({'users': users})}\n")
    command = list(plain.command)
    command[command.index("--config") + 1] = str(config)
    return replace(plain, command=tuple(command))


def _passphrases(place: Place) -> Mapping[str, str]:
    kept = place.directory("secure") / "passphrases.json"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({name: secrets.token_urlsafe(24) for name in _USERS}))
    found: Mapping[str, str] = json.loads(kept.read_text())
    return found
