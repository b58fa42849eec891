"""Requests to Marengo 3.5, and what comes back."""

from typing import Any

import httpx
import numpy as np

Json = dict[str, Any]
MODEL = "marengo3.5"
LONG = "word " * 2001
QUARTERS = [
    b"BT /F1 12 Tf 72 770 Td (red) Tj ET BT /F1 12 Tf 400 100 Td (blue) Tj ET"
    b" BT /F1 12 Tf 1 0 0 1 400 700 Tm (green) Tj ET"
    b" q 1 0 0 1 10 20 cm BT /F1 12 Tf 40 100 Td (yellow) Tj ET Q"
]
"""The content of a page with a word in each quarter."""


def url(name: str) -> dict[str, str]:
    return {"url": f"https://example.org/media/{name}"}


def source(media_type: str, file: str, **more: str) -> Json:
    return {"media_type": media_type, **url(file), **more}


def together(*sources: Json, text: str | None = None, **more: Any) -> Json:
    """A request for the one vector of a text and sources."""
    block: Json = {} if text is None else {"input_text": text}
    block |= {"media_sources": [*sources]} if sources else {}
    return {"input_type": "multi_input", "model_name": MODEL, "multi_input": block, **more}


def body(kind: str, name: str, block: Json | None = None, **more: Any) -> Json:
    """A request for a task."""
    whole = {"media_source": url(name)} | (block or {})
    return {"input_type": kind, "model_name": MODEL, kind: whole, **more}


def post(http: httpx.Client, request: Json) -> Json:
    response = http.post("/embed-v2", json=request)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


def task(http: httpx.Client, request: Json) -> Json:
    response = http.post("/embed-v2/tasks", json=request)
    assert response.status_code == 202, response.text
    created = response.json()
    if request["model_name"] == MODEL:
        assert created["metadata"] == {
            "embedding_dimension": request.get("embedding_dimension", 512)
        }
    answer: Json = http.get(f"/embed-v2/tasks/{created['_id']}").json()
    return answer


def vector(answer: Json, index: int = 0) -> Any:
    return np.array(answer["data"][index]["embedding"], np.float32)


def rows(answer: Json, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in answer["data"]]
