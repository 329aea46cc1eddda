"""Places on a picture: where an author pressed, or the four numbers that were typed."""

from __future__ import annotations

from gateway.web.author.form_fields import Form, typed
from ieum.courses.v1.content_pb2 import Area
from services.chassis.errors import Invalid

SIDES = ("left", "top", "width", "height")
_SIZE = (160, 80)
"""Width and height, in thousandths of the picture, of a place that was pressed."""


def area_around(spot: str) -> Area:
    """`spot` is the middle as "left top" in thousandths of the picture."""
    try:
        left, top = (min(1000, max(0, int(number))) for number in spot.split()[:2])
    except ValueError as error:
        raise Invalid("REQUEST_MALFORMED", field="spot") from error
    width, height = _SIZE
    return Area(
        left=min(1000 - width, max(0, left - width // 2)),
        top=min(1000 - height, max(0, top - height // 2)),
        width=width,
        height=height,
    )


def fill_area(area: Area, form: Form, place: str) -> None:
    if f"{place}.left" in form:
        left, top, width, height = (_thousandth(form, f"{place}.{side}") for side in SIDES)
        area.CopyFrom(Area(left=left, top=top, width=width, height=height))


def _thousandth(form: Form, name: str) -> int:
    text = typed(form, name).strip()
    if not (text.isascii() and text.isdecimal() and int(text[:6]) <= 1000):
        raise Invalid("AREA_UNREADABLE", field=name)
    return int(text)
