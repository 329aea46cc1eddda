from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from services.chassis.errors import Invalid
from services.chassis.store.paging import decode_token, encode_token

MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_page_token_gives_back_what_was_put_in() -> None:
    assert decode_token("", str) is None
    assert decode_token(encode_token("김", 3), str, int) == ["김", 3]
    assert decode_token(encode_token(MOMENT.isoformat(), "x"), datetime, str) == [MOMENT, "x"]


@pytest.mark.parametrize(
    "written",
    [
        *("[1e400, 1]", "[NaN, 1]", "[12345678901234567890, 1]", '["\\ud800", 1]', '["x", true]', '["x", 1.5]'),
        *('["x"]', '["x", 1, 2]', "{}", "null", "[", "[[1], 1]", "[" * 100_000),
    ],
)
def test_no_other_token_is_taken(written: str) -> None:
    with pytest.raises(Invalid, match="PAGE_TOKEN_INVALID"):
        decode_token(base64.urlsafe_b64encode(written.encode()).decode().rstrip("="), str, int)


@pytest.mark.parametrize("moment", ["2026-13-01T00:00:00+00:00", "2026-01-01", "soon", "", "0001-01-01T00:00:00+14:00"])
def test_a_wrong_date_is_no_token(moment: str) -> None:
    with pytest.raises(Invalid, match="PAGE_TOKEN_INVALID"):
        decode_token(encode_token(moment, "x"), datetime, str)


def test_what_is_not_base64_is_no_token() -> None:
    for token in ("%%%", "한글", "A"):
        with pytest.raises(Invalid, match="PAGE_TOKEN_INVALID"):
            decode_token(token, str)
