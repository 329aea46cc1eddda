"""Content negotiation: what a client accepts, by the weights that it gives (RFC 9110, 12.4.2)."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_PARTS = 50


def weights(header: str) -> list[tuple[str, float]]:
    """The values of an Accept header, lower case, in the client's order, each with its weight from 0 to 1; 0 refuses.
    Other parameters are left out."""
    return [_weighted(part) for part in header.split(",")[:_MOST_PARTS] if part.strip()]


def accepted(header: str) -> list[str]:
    """The values with a weight above 0, the best first."""
    return [value for value, weight in sorted(weights(header), key=lambda each: -each[1]) if weight > 0]


def preferred(header: str, offers: Sequence[str]) -> str | None:
    """The offered media type that the client likes best, of equals the one it names first; None if it refuses all."""
    ranges = [(value, weight, place) for place, (value, weight) in enumerate(weights(header))]
    ranked = []
    for offer in offers:
        # The most specific range decides: "text/*;q=0.5, text/csv;q=0" refuses CSV.
        for pattern in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
            found = [(weight, place) for value, weight, place in ranges if value == pattern]
            if found:
                weight, place = found[0]
                ranked.append((-weight, place, offer))
                break
    likes = [(negative, place, offer) for negative, place, offer in ranked if negative < 0]
    return min(likes, key=lambda each: each[:2])[2] if likes else None


def _weighted(part: str) -> tuple[str, float]:
    value, *parameters = (each.strip().lower() for each in part.split(";"))
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip() == "q":
            return value, _weight(text.strip())
    return value, 1.0


def _weight(text: str) -> float:
    """1 for what is no weight: a client that sends nonsense wants the value all the same."""
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0.0 <= weight <= 1.0 else 1.0
