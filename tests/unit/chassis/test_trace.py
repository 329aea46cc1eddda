"""Steps of traces where nobody collects them, which is the usual, and where nobody answers."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from services.chassis.observability import spans, trace

HEADER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_nothing_of_open_telemetry_is_loaded_where_no_collector_is_named() -> None:
    code = """
import sys
from services.chassis.observability import trace
with trace.recorded("progress"), trace.following(None, "ask", "server"), trace.within("go on", "client"):
    trace.note({"rpc.response.status_code": "OK"})
print(any("opentelemetry" in name for name in sys.modules))
"""
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, env={})
    assert done.stdout == "False\n"


@pytest.mark.parametrize("collected", [False, True])
def test_a_trace_goes_on_in_the_header_and_on_the_log(monkeypatch: pytest.MonkeyPatch, collected: bool) -> None:
    if collected:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
        monkeypatch.setenv("OTEL_SDK_DISABLED", "false")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with trace.recorded("progress"):
        with trace.following(HEADER, "ask", "server") as current, trace.within("go on", "client"):
            assert trace.traceparent().split("-")[1] == current == trace.trace_id() == "a" * 32
        with trace.following("malformed", "ask", "server") as begun:
            assert trace.traceparent().split("-")[1] == begun == trace.trace_id() != "a" * 32
            assert len(begun) == 32
    assert trace.trace_id() == ""


def test_a_collector_that_is_away_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(spans, "_FAREWELL_SECONDS", 0.3)
    began = time.monotonic()
    with trace.recorded("progress"), trace.following(None, "ask", "server"):
        pass
    assert time.monotonic() - began < 3
