"""What the service expects a job to take is waited for, by half, before the first look."""

from __future__ import annotations

import httpx
import pytest

from dodeca import Client
from dodeca.errors import WaitTimeout
from tests.benchmarks.polling import Service

TASK = {
    "_id": "1",
    "index_id": "2",
    "status": "indexing",
    "created_at": "2024-08-16T16:00:00Z",
    "updated_at": "2024-08-16T16:00:00Z",
}


def expected_sec(**told: str | None) -> float | None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=TASK | told))
    with Client("key", transport=transport) as client:
        return client.tasks.retrieve("1")._state.expected_sec


def test_an_indexing_task_says_when_it_will_be_done() -> None:
    assert expected_sec(estimated_time="2024-08-16T16:05:00Z") == 300
    assert expected_sec(estimated_time=None) is None
    assert expected_sec(estimated_time="2024-08-16T15:00:00Z") is None


def test_half_of_it_passes_first_and_at_most_half_of_the_deadline() -> None:
    service = Service([1000.0], estimates=True)
    service.job(0).wait(timeout=1e6)
    few = service.requests
    service = Service([1000.0])
    service.job(0).wait(timeout=1e6)
    assert few < service.requests / 2

    service = Service([1e5], estimates=True)
    with pytest.raises(WaitTimeout):
        service.job(0).wait(timeout=100)
    assert 50 <= service.clock.now <= 100
    assert service.requests > 5
