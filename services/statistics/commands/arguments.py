"""Parsers of command-line arguments; their errors say what to write instead."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data import csv_reading

T = TypeVar("T")


def argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    def argument(text: str) -> T:
        try:
            return parse(text.strip())
        except InvalidValue as error:
            raise argparse.ArgumentTypeError(error.message) from None

    return argument


def day(text: str) -> date:
    return csv_reading.moment(text).date()


def year(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) == len("2026") and int(text) in csv_reading.YEARS):
        raise InvalidValue(f'"{text}" is not a year; write it as 2026')
    return text


def threshold(text: str) -> int:
    k = csv_reading.whole(text)
    if not 2 <= k <= 100:
        raise InvalidValue("k must be from 2 to 100; 5 is usual, 10 for sensitive groups")
    return k


def score(text: str) -> Decimal:
    points = csv_reading.amount(text)
    if not points:
        raise InvalidValue("the highest score must be more than 0")
    return points
