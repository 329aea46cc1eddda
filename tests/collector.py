"""Takes what OpenTelemetry sends, as an operator's collector would, and keeps it for a test to read."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Step:
    process: str
    name: str
    trace: bytes
    id: bytes
    parent: bytes
    attributes: Mapping[str, str | int]


class Collector:
    def __init__(self, port: int) -> None:
        # Soon, so that nobody waits for the usual five seconds.
        self.settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_BSP_SCHEDULE_DELAY": "300",
        }
        self._steps: list[Step] = []

    def take(self, body: bytes) -> None:
        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = next(each.value.string_value for each in sent.resource.attributes if each.key == "service.name")
            for scope in sent.scope_spans:
                for span in scope.spans:
                    said = {each.key: each.value.string_value or each.value.int_value for each in span.attributes}
                    step = Step(process, span.name, span.trace_id, span.span_id, span.parent_span_id, said)
                    self._steps.append(step)

    def steps(self) -> list[Step]:
        return list(self._steps)

    def way_to(self, step: Step) -> list[Step]:
        """From where its trace began."""
        known = {each.id: each for each in self.steps()}
        way = [step]
        while above := known.get(way[0].parent):
            way.insert(0, above)
        return way

    def below(self, step: Step) -> list[Step]:
        return [each for each in self.steps() if each.parent == step.id]


@contextmanager
def collecting() -> Iterator[Collector]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        collector = Collector(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
