"""`make manifests`: writes what compose, Kubernetes, systemd and the import contracts say of each service.

Lists stand between a `# begin` and an `# end` comment and are written anew each time. What a service has of its own
(its Deployment, its block in compose.yaml) is made once from that of `courses` and may be edited from then on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from deploy import secure
from services.registry import REGISTRY, SERVICES, port_of, variable_of

BEGIN, END = "# begin: written by `make manifests` from services/registry.py", "# end"
ROOT = Path(__file__).parents[1]
_METRICS_OFFSET = 2000
_MODEL = "courses"
_BASE = "deploy/kubernetes/base"
_COMPOSE = "deploy/compose.yaml"
_SYSTEMD = "deploy/systemd"

Lines = Callable[[], Iterator[str]]


def addresses() -> Iterator[str]:
    for name in SERVICES:
        yield f"  {variable_of(name)}: {name}:{port_of(name)}"


def started_before_the_gateway() -> Iterator[str]:
    for name in SERVICES:
        yield f"      {name}: {{condition: service_healthy}}"


def resources() -> Iterator[str]:
    for name in SERVICES:
        yield f"  - {name}.yaml"


def mongodb_users() -> Iterator[str]:
    for name in SERVICES:
        yield f"    - name: {name}"
        yield "      db: admin"
        yield f"      passwordSecretRef: {{name: ieum-mongodb-{name}-password}}"
        yield f"      scramCredentialsSecretName: ieum-mongodb-{name}"
        yield f"      roles: [{{name: readWrite, db: ieum_{name}}}]"


def certificates() -> Iterator[str]:
    for name in SERVICES:
        yield "apiVersion: cert-manager.io/v1"
        yield "kind: Certificate"
        yield f"metadata: {{name: {name}}}"
        yield "spec:"
        yield f"  secretName: ieum-{name}-tls"
        yield f"  dnsNames: [{name}]"
        yield "  duration: 2160h"
        yield "  renewBefore: 720h"
        yield "  usages: [server auth, client auth]"
        yield "  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}"
        yield "  issuerRef: {name: ieum}"
        yield "---"


def nats_users() -> Iterator[str]:
    for name in SERVICES:
        permissions = secure.permissions(name)
        yield f"        - user: {name}"
        yield f"          password: << $NATS_{name.upper()} >>"
        yield "          permissions:"
        for verb in ("publish", "subscribe"):
            yield f"            {verb}:"
            yield "              allow:"
            yield from (f"                - {json.dumps(subject)}" for subject in permissions[verb]["allow"])
        yield "            allow_responses: true"


def nats_passphrases() -> Iterator[str]:
    for name in SERVICES:
        yield f"    NATS_{name.upper()}: {{valueFrom: {{secretKeyRef: {{name: ieum-nats, key: {name}}}}}}}"


def metrics_targets() -> Iterator[str]:
    for name in SERVICES:
        yield f"          - {name}:{port_of(name) + _METRICS_OFFSET}"


def forbidden_to_the_gateway() -> Iterator[str]:
    for name in SERVICES:
        yield f"    services.{name}"


def neighbours() -> Iterator[str]:
    yield f"    {' | '.join(SERVICES)}"


def units() -> Iterator[str]:
    for name in SERVICES:
        yield f"Wants=ieum@{name}.service"


def credentials(keys: Sequence[str]) -> Lines:
    def lines() -> Iterator[str]:
        for key in keys:
            yield f"LoadCredential={key}:/etc/ieum/secrets/{key}"

    return lines


_KEYS_OF_UNITS = {
    f"{_SYSTEMD}/ieum@{service.name}.service.d/keys.conf": (credentials(service.keys),)
    for service in REGISTRY
    if service.keys
}

# For each file its lists, in the order in which they stand there.
LISTS: dict[str, Sequence[Lines]] = {
    _COMPOSE: (addresses, started_before_the_gateway),
    f"{_BASE}/settings.yaml": (addresses,),
    f"{_BASE}/kustomization.yaml": (resources,),
    f"{_BASE}/mongodb.yaml": (mongodb_users,),
    f"{_BASE}/certificates.yaml": (certificates,),
    f"{_BASE}/nats-values.yaml": (nats_users, nats_passphrases),
    "docs/operations.md": (metrics_targets,),
    ".importlinter": (forbidden_to_the_gateway, neighbours),
    f"{_SYSTEMD}/ieum.target": (units,),
    **_KEYS_OF_UNITS,
}


def rewrite(text: str, lists: Sequence[Lines]) -> str:
    """Replaces what stands between the comments of a file; everything else stays."""
    lines, remaining, inside = [], iter(lists), False
    for line in text.splitlines():
        if line.strip() == END:
            inside = False
        if not inside:
            lines.append(line)
        if line.strip() == BEGIN:
            inside = True
            lines.extend(next(remaining)())
    return "\n".join(lines) + "\n"


def add_deployment(root: Path, name: str) -> None:
    """Deployment, Service and disruption budget, on the model of an existing service; never overwrites."""
    target = root / _BASE / f"{name}.yaml"
    if not target.exists():
        target.write_text(_renamed((root / _BASE / f"{_MODEL}.yaml").read_text(), name))


def add_to_compose(root: Path, name: str) -> None:
    file = root / _COMPOSE
    text = file.read_text()
    if f"\n  {name}:\n" not in text:
        block = text[text.index(f"\n  {_MODEL}:\n") + 1 :].partition("\n\n")[0]
        before, gateway, after = text.partition("  gateway:\n")
        file.write_text(f"{before}{_renamed(block, name)}\n\n{gateway}{after}")


def add_keys_of_units(root: Path) -> None:
    for file in _KEYS_OF_UNITS:
        target = root / file
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"# Keys that this service reads beside public_keys.\n[Service]\n{BEGIN}\n{END}\n")


def _renamed(text: str, name: str) -> str:
    """Ports as well, of gRPC and of the metrics."""
    changed = text.replace(_MODEL, name).replace(_MODEL.upper(), name.upper())
    for offset in (0, _METRICS_OFFSET):
        changed = changed.replace(str(port_of(_MODEL) + offset), str(port_of(name) + offset))
    return changed


def write(root: Path) -> None:
    for name in SERVICES:
        add_deployment(root, name)
        add_to_compose(root, name)
    add_keys_of_units(root)
    for file, lists in LISTS.items():
        path = root / file
        path.write_text(rewrite(path.read_text(), lists))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT)
    write(parser.parse_args().root)
