"""Who may speak for whom: a token proves its caller, the service it is for, and that it is fresh."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.chassis.errors import Unauthenticated
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant, Kind, Principal
from services.chassis.signature import GATEWAY, Signer, Verifier, public_half

NOW = 1_800_000_000.0
GATEWAY_KEY, NOTICES_KEY, COURSES_KEY = b"g" * 32, b"n" * 32, b"c" * 32
KEYS = {GATEWAY: [public_half(GATEWAY_KEY)], "notices": [public_half(NOTICES_KEY)]}
LIST_PEOPLE = "/ieum.people.v1.PeopleService/ListPeople"
COMPOSE = "/ieum.notices.v1.NoticeSourceService/ComposeNotice"
ALICE = Principal(Kind.PERSON, "people/alice", "HB0101", grants=(Grant("official", "areas/HB"),), token_scopes=("a",))


def signer(caller: str = GATEWAY, key: bytes = GATEWAY_KEY, now: float = NOW) -> Signer:
    return Signer(caller, key, clock=lambda: now)


def verifier(service: str = "people", shared: bytes | None = None) -> Verifier:
    return Verifier(service, KEYS, shared, clock=lambda: NOW)


def refused(token: str, method: str = LIST_PEOPLE, **how: Any) -> str:
    given = how.pop("by", None) or verifier()
    with pytest.raises(Unauthenticated) as problem:
        given.verify(token, method, **how)
    return str(problem.value.reason)


def forged(claims: Mapping[str, Any], key: bytes = GATEWAY_KEY) -> str:
    """A token with any claims, signed with the gateway's own key."""
    made = signer(key=key)
    header, own_key = made._header, made._key
    whole = {"iss": GATEWAY, "aud": "people", "exp": int(NOW) + 60, "principal": PLAIN, **claims}
    present = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(header, present, own_key, algorithms=["Ed25519"])


PLAIN: Mapping[str, Any] = {
    **{"kind": "system", "person": "", "area": "", "organisation": "", "universe": "", "token_area": ""},
    **{"grants": [], "token_scopes": None},
}


@pytest.mark.parametrize("who", [ALICE, SYSTEM, ANONYMOUS])
def test_the_gateway_speaks_for_everybody(who: Principal) -> None:
    assert verifier().verify(signer().sign(who, "people"), LIST_PEOPLE) == who


def test_a_token_for_one_service_is_worth_nothing_at_another() -> None:
    assert refused(signer().sign(SYSTEM, "courses")) == "PRINCIPAL_INVALID"


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "e30.e30.", "é.è.ê", "."])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refused(token) == "PRINCIPAL_INVALID"


def test_a_service_cannot_sign_for_the_gateway() -> None:
    assert refused(Signer(GATEWAY, COURSES_KEY, clock=lambda: NOW).sign(SYSTEM, "people")) == "PRINCIPAL_INVALID"


@pytest.mark.parametrize("expiry", [None, "soon", 1e300, NOW + 30.5, int(NOW) + 91, int(NOW) + 10 * 365 * 86_400, True])
def test_a_token_without_a_near_end_is_refused(expiry: object) -> None:
    assert refused(forged({"exp": expiry})) in ("PRINCIPAL_INVALID", "PRINCIPAL_EXPIRED")


@pytest.mark.parametrize(
    "claims", [{"aud": None}, {"aud": ["people"]}, {"principal": None}, {"principal": {}}, {"principal": "system"}]
)
def test_a_token_with_other_claims_is_refused(claims: Mapping[str, Any]) -> None:
    assert refused(forged(claims)) == "PRINCIPAL_INVALID"


def test_an_old_token_is_refused() -> None:
    assert refused(signer(now=NOW - 120).sign(ALICE, "people")) == "PRINCIPAL_EXPIRED"


def test_a_token_lives_half_a_minute_at_least_and_one_at_most() -> None:
    for later in range(60):
        token = signer(now=NOW + later).sign(ALICE, "people")
        Verifier("people", KEYS, clock=lambda later=later: NOW + later + 29).verify(token, LIST_PEOPLE)  # type: ignore[misc]
        with pytest.raises(Unauthenticated):
            Verifier("people", KEYS, clock=lambda later=later: NOW + later + 61).verify(token, LIST_PEOPLE)  # type: ignore[misc]


def test_notices_asks_only_for_what_others_offer_to_it_and_only_for_itself() -> None:
    notices, statistics = signer("notices", NOTICES_KEY), verifier("statistics")
    assert statistics.verify(notices.sign(SYSTEM, "statistics"), COMPOSE) == SYSTEM
    assert refused(notices.sign(ALICE, "statistics"), COMPOSE, by=statistics) == "CALLER_NOT_ALLOWED"
    method = "/ieum.statistics.v1.StatisticsService/QueryTable"
    assert refused(notices.sign(SYSTEM, "statistics"), method, by=statistics) == "CALLER_NOT_ALLOWED"
    assert refused(notices.sign(SYSTEM, "people")) == "CALLER_NOT_ALLOWED"


@pytest.mark.parametrize(("names", "allowed"), [({"gateway"}, True), ({"operator"}, True), ({"courses"}, False)])
def test_under_tls_the_certificate_must_be_the_callers(names: set[str], allowed: bool) -> None:
    token = signer().sign(SYSTEM, "people")
    if allowed:
        assert verifier().verify(token, LIST_PEOPLE, frozenset(names)) == SYSTEM
    else:
        assert refused(token, peers=frozenset(names)) == "CALLER_NOT_ALLOWED"


def test_the_gateway_of_the_version_before_is_believed_while_its_key_is_there() -> None:
    shared = b"s" * 32
    token = jwt.encode({"alg": "HS256"}, {"principal": PLAIN, "exp": int(NOW) + 60}, OctKey.import_key(shared))
    assert verifier(shared=shared).verify(token, LIST_PEOPLE) == SYSTEM
    assert refused(token) == "PRINCIPAL_INVALID"
    far = jwt.encode({"alg": "HS256"}, {"principal": PLAIN, "exp": int(NOW) + 3600}, OctKey.import_key(shared))
    assert refused(far, by=verifier(shared=shared)) == "PRINCIPAL_INVALID"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA"])
def test_no_other_algorithm_is_believed(algorithm: str) -> None:
    public = KEYS[GATEWAY][0]
    claims = {"iss": GATEWAY, "aud": "people", "exp": int(NOW) + 60, "principal": PLAIN}
    header = {"alg": algorithm, "kid": public.hex()[:16]}
    key = OKPKey.generate_key("Ed25519") if algorithm == "EdDSA" else OctKey.import_key(public)
    with warnings.catch_warnings(action="ignore"):
        token = jwt.encode(header, claims, key, algorithms=[algorithm])
    assert refused(token) == "PRINCIPAL_INVALID"


def test_a_replaced_key_is_believed_while_it_is_listed() -> None:
    both = Verifier("people", {GATEWAY: [public_half(COURSES_KEY), public_half(GATEWAY_KEY)]}, clock=lambda: NOW)
    for key in (COURSES_KEY, GATEWAY_KEY):
        assert both.verify(signer(key=key).sign(ALICE, "people"), LIST_PEOPLE) == ALICE
