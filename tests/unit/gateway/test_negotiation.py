"""What a client accepts is taken as it weighs it."""

from __future__ import annotations

import pytest
from aiohttp import hdrs, web
from aiohttp.test_utils import make_mocked_request

from gateway.backend.conditions import is_known
from gateway.http import csv_download, reader
from gateway.http.compression import accepts_gzip
from services.chassis.errors import Problem


def request(**headers: str) -> web.Request:
    return make_mocked_request("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("accept", "csv"),
    [
        ("*/*", False),
        ("", None),
        ("text/csv", True),
        ("TEXT/CSV; header=present", True),
        ("application/json", False),
        ("text/csv, application/json", True),
        ("application/json, text/csv", False),
        ("text/csv;q=0.1, application/json", False),
        ("application/json;q=0.1, text/csv", True),
        ("text/csv;q=0", None),
        ("text/csv;q=0, */*", False),
        ("application/json;q=0, */*;q=0.1", True),
        ("text/*", True),
        ("text/*;q=0.9, text/csv;q=0, application/json;q=0.1", False),
        ("text/html, */*;q=0.8", False),
        ("text/csv;q=nonsense", True),
        ("text/csv;q=NaN, application/json;q=0.5", True),
        ("image/png", None),
        (";;;,,,q=1", None),
    ],
)
def test_csv_or_json_is_what_the_client_weighs_more(accept: str, csv: bool | None) -> None:
    if csv is None:
        with pytest.raises(Problem) as problem:
            csv_download.wants_csv(request(Accept=accept), None)
        assert problem.value.reason == "FORMAT_NOT_OFFERED"
    else:
        assert csv_download.wants_csv(request(Accept=accept), None) is csv


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "ko"),
        ("en", "en"),
        ("en-GB,en;q=0.9,ko;q=0.8", "en"),
        ("ko;q=0.5, en", "en"),
        ("ko;q=0, en", "en"),
        ("en;q=0.1, ko;q=0.2", "ko"),
        ("fr", "ko"),
        ("fr, en;q=0.3", "en"),
        ("ko;q=0", "en"),
        ("ko;q=0, *", "en"),
        ("*", "ko"),
    ],
)
def test_the_language_is_the_one_with_the_greatest_weight(header: str, language: str) -> None:
    assert reader.language(request(Accept_Language=header)) == language


@pytest.mark.parametrize(
    ("header", "gzip"),
    [
        ("gzip", True),
        ("br, gzip;q=0.1", True),
        ("gzip;q=0", False),
        ("*", True),
        ("*;q=0", False),
        ("br", False),
        ("", False),
        ("gzip;q=0, *", False),
        ("identity, *;q=0.000", False),
        ("GZIP ; q=1", True),
    ],
)
def test_gzip_is_sent_to_whoever_takes_it(header: str, gzip: bool) -> None:
    assert accepts_gzip(request(Accept_Encoding=header)) is gzip


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", W/"abc"', True),
        ("*", True),
        ('"abcd"', False),
        ('"xabcx"', False),
        ("abc", False),
        ('"", "ab"', False),
        ("", False),
    ],
)
@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"'])
def test_an_etag_is_known_when_it_is_named_whole(given: str, etag: str, known: bool) -> None:
    headers: dict[str, str] = {hdrs.ETAG: etag}
    assert is_known(request(If_None_Match=given), headers) is known


@pytest.mark.parametrize(
    ("since", "known"),
    [("Sun, 29 Nov 2026 09:00:00 GMT", True), ("Sun, 29 Nov 2026 08:59:59 GMT", False), ("yesterday", False)],
)
def test_without_an_etag_the_date_decides(since: str, known: bool) -> None:
    headers: dict[str, str] = {hdrs.ETAG: '"abc"', hdrs.LAST_MODIFIED: "Sun, 29 Nov 2026 09:00:00 GMT"}
    assert is_known(request(If_Modified_Since=since), headers) is known
    assert not is_known(request(If_Modified_Since=since, If_None_Match='"other"'), headers)
