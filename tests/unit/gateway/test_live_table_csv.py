from __future__ import annotations

import pytest

from gateway.documents.live_table import COLUMNS, table_rows
from gateway.html.render import locales
from ieum.statistics.v1 import statistics_pb2 as pb


@pytest.mark.parametrize(
    ("by", "code", "title"),
    [
        (pb.AGE, "Y_GE75", "75세 이상"),
        (pb.SEX, "_U", "성별을 답하지 않음"),
        (pb.TIME_PERIOD, "2026-Q3", "2026년 3분기"),
    ],
)
def test_codes_have_the_words_of_the_page(by: pb.Dimension.ValueType, code: str, title: str) -> None:
    value = pb.Value(measure="ENR", value="12", unit="ENROLMENT", obs_status="A")
    table = pb.Table(area="areas/HB01", by=by, rows=[pb.Row(code=code, values=[value])])
    table.total.CopyFrom(pb.Row(code="_T", values=[value]))
    table.as_of.FromJsonString("2026-11-29T23:30:00Z")
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in table_rows(table, locales()["ko"])]
    assert [row["title"] for row in rows] == [title, "합계"]
    assert rows[0]["as_of"] == "2026-11-30T08:30:00+09:00"
