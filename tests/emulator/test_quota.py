"""Limits of the emulator: an amount for each window, reported by headers, 429 beyond."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from dodeca.emulator import Emulator, EmulatorTransport, Limit, VirtualClock, samples
from dodeca.emulator.rules.quota import parse_limit

TEXT = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": "a dog"}}
START = datetime(2025, 1, 1, tzinfo=UTC)


def client(*limits: str, clock: VirtualClock | None = None) -> httpx.Client:
    emulator = Emulator(limits=limits, clock=clock or VirtualClock(START))
    return httpx.Client(
        transport=EmulatorTransport(emulator),
        base_url="https://api.twelvelabs.io/v1.3",
        headers={"x-api-key": "any"},
    )


def embed(http: httpx.Client) -> httpx.Response:
    return http.post("/embed-v2", json=TEXT)


def test_requests_are_counted_in_windows() -> None:
    clock = VirtualClock(START)
    clock.advance(20)
    with client("3/minute", clock=clock) as http:
        responses = [embed(http) for _ in range(4)]
        assert [response.status_code for response in responses] == [200, 200, 200, 429]
        left = [response.headers["x-ratelimit-request-remaining"] for response in responses]
        assert left == ["2", "1", "0", "0"]
        error = responses[-1]
        assert error.headers["retry-after"] == "40"
        assert error.headers["x-ratelimit-request-limit"] == "3"
        assert error.headers["x-ratelimit-dimensions"] == "Request"
        assert error.json()["error"]["code"] == "too_many_requests"
        clock.advance(40)
        assert embed(http).status_code == 200


def test_the_scarcest_limit_is_told() -> None:
    with client("100/minute", "2/day") as http:
        assert embed(http).headers["x-ratelimit-request-limit"] == "2"
        embed(http)
        assert int(embed(http).headers["retry-after"]) == 86400


def test_looks_are_not_counted_and_kinds_are_counted_apart() -> None:
    with client("1/day") as http:
        assert embed(http).status_code == 200
        assert http.get("/assets").status_code == 200
        assert "x-ratelimit-request-limit" not in http.get("/assets").headers
        assert http.post("/indexes", json={}).status_code == 400
        assert embed(http).status_code == 429


def test_without_limits_nothing_is_told() -> None:
    with client() as http:
        assert not [name for name in embed(http).headers if "ratelimit" in name]


def test_the_words_of_limits() -> None:
    assert parse_limit("250/second") == Limit(250, 1)
    assert parse_limit("60m/hour") == Limit(3600, 3600, of_media=True)


@pytest.mark.parametrize("text", ["", "0/second", "5", "5/week", "-1/day", "m/day", "1.5/minute"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a limit is like"):
        parse_limit(text)


def test_minutes_of_media_are_counted(tmp_path: Path) -> None:
    video = samples.video(tmp_path / "video.mp4", [samples.Scene("red", 25.0)], sound=False)
    media = {"media_source": {"base64_string": base64.b64encode(video.read_bytes()).decode()}}
    body = {"input_type": "video", "model_name": "marengo3.0", "video": media}
    with client("1m/hour", "100/hour") as http:
        responses = [http.post("/embed-v2", json=body) for _ in range(3)]
        assert [response.status_code for response in responses] == [200, 200, 429]
        left = [response.headers["x-ratelimit-duration-remaining"] for response in responses]
        assert left == ["35", "10", "10"]
        assert responses[2].headers["x-ratelimit-dimensions"] == "Duration,Request"
        assert embed(http).status_code == 200, "a text takes no time of media"
