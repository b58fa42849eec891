"""With `transport="httpx"`, tools that observe httpx see the requests of both clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dodeca import AsyncClient, Client
from dodeca.types import RequestEvent
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.lazy import Lazy
from tests.scripted import EMBEDDED

respx, vcr = Lazy("respx"), Lazy("vcr")
pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
KEY = "tlk_canary_0123456789"


@CLIENTS
async def test_respx(kind: Kind) -> None:
    with respx.mock(base_url="https://api.example/v1.3") as api:
        route = api.post("/embed-v2").respond(200, json=EMBEDDED)
        async with opened(kind, "https://api.example/v1.3", transport="httpx") as call:
            assert len(await call("embed.text", "red")) == 1
    assert route.call_count == 1


@CLIENTS
async def test_vcr(kind: Kind, tmp_path: Path) -> None:
    recorder = vcr.VCR(filter_headers=["x-api-key"], cassette_library_dir=str(tmp_path))
    for _ in range(2):
        server = Raw(lambda _: http())
        with server.serving() as url, recorder.use_cassette("a.yaml", match_on=["method", "path"]):
            async with opened(kind, url, key=KEY, transport="httpx") as call:
                assert len(await call("embed.text", "red")) == 1
    assert server.requests == []
    recorded = (tmp_path / "a.yaml").read_text()
    assert "/v1.3/embed-v2" in recorded
    assert KEY not in recorded


@pytest.fixture
def spans() -> Iterator[tuple[trace.Tracer, InMemorySpanExporter]]:
    """A tracer, and what is exported from it and from httpx."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield provider.get_tracer("app"), exporter
    instrumentor.uninstrument()


@CLIENTS
async def test_opentelemetry_of_httpx(
    kind: Kind, spans: tuple[trace.Tracer, InMemorySpanExporter]
) -> None:
    tracer, exporter = spans
    server = Raw(lambda _: http())
    with server.serving() as url:
        async with opened(kind, url, key=KEY, transport="httpx") as call:
            with tracer.start_as_current_span("app") as outer:
                await call("embed.text", "red")
    sent, app = exporter.get_finished_spans()
    assert sent.parent == outer.get_span_context()
    assert sent.attributes is not None
    assert sent.attributes["http.status_code"] == 200
    assert app.name == "app"
    assert b"traceparent: " in bytes(server.received).lower()
    assert KEY not in sent.to_json()


@CLIENTS
async def test_hooks_run_in_the_span_around_the_call(
    kind: Kind, spans: tuple[trace.Tracer, InMemorySpanExporter]
) -> None:
    tracer, _ = spans
    seen: list[trace.Span] = []

    def note(event: RequestEvent) -> None:
        seen.append(trace.get_current_span())

    with Raw(lambda _: http()).serving() as url:
        async with opened(kind, url, on_request=note) as call:
            with tracer.start_as_current_span("app") as outer:
                await call("embed.text", "red")
    assert seen == [outer]
