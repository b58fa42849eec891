"""Decoding an answer of 3,600 vectors of 512 floats into a matrix and its columns."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx
import numpy as np

from dodeca import Client
from tests.benchmarks.measure import medians

SEGMENTS, DIMENSIONS = 3_600, 512


def answer() -> bytes:
    """The body of an answer, as the service writes it."""
    chance = random.Random(0)
    items = [
        {
            "embedding": [chance.uniform(-1, 1) for _ in range(DIMENSIONS)],
            "embedding_option": "visual",
            "embedding_scope": "clip",
            "start_sec": row * 2.0,
            "end_sec": row * 2.0 + 2.0,
        }
        for row in range(SEGMENTS)
    ]
    return json.dumps({"data": items}).encode()


def run() -> dict[str, float]:
    """Median CPU seconds: ours, the vendor's, and httpx with the standard library."""
    from twelvelabs import MediaSource, TwelveLabs, VideoInputRequest

    body = answer()

    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})

    transport = httpx.MockTransport(reply)
    ours = Client("key", transport=transport)
    plain = httpx.Client(transport=transport)
    vendor = TwelveLabs(api_key="key", httpx_client=httpx.Client(transport=transport))
    source = VideoInputRequest(media_source=MediaSource(url="https://host/a.mp4"))

    def with_httpx() -> Any:
        data = plain.post("https://api.twelvelabs.io/v1.3/embed-v2", json={}).json()["data"]
        return np.array([item["embedding"] for item in data], dtype=np.float32)

    def with_vendor() -> Any:
        found = vendor.embed.v_2.create(input_type="video", model_name="marengo3.0", video=source)
        return np.array([item.embedding for item in found.data or []], dtype=np.float32)

    return medians(
        {
            "dodeca": lambda: ours.embed.video("https://host/a.mp4").vectors,
            "httpx + json + numpy": with_httpx,
            "twelvelabs": with_vendor,
        },
        repeats=3,
    )
