"""Numbers, counts and lengths at the very edge of what a parameter takes.

The last value on the inside is sent, the first one on the outside is rejected before that. What the
service may raise, such as the documented maximum of a number, is in `test_unknown_values`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import httpx
import pytest

from dodeca import Client, Media, segmentation
from dodeca.errors import BadRequestError, ConfigurationError, InvalidRequestError
from dodeca.media import GIB
from tests.scripted import Server

VIDEO = Media.url("https://host.example/a.mp4")
AUDIO = Media.url("https://host.example/a.mp3")
IMAGE = Media.url("https://host.example/a.png")
CHUNK = {"chunk_index": 1, "proof": "x", "proof_type": "etag", "chunk_size": 5}
MANY = 10**9
TINY = 1e-9


class Rejecting(Server):
    """Says no to everything, and counts it."""

    count = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        return httpx.Response(400)


NEWEST = {"model_name": "marengo3.5"}
LISTS = {
    "embed.tasks.list": {},
    "embed_v1.tasks.list": {},
    "assets.list": {},
    "assets.multipart_uploads.list": {},
    "assets.multipart_uploads.status": {"upload_id": "u"},
    "indexes.list": {},
    "indexes.videos.list": {"index_id": "i"},
    "indexes.assets.list": {"index_id": "i"},
    "tasks.list": {},
    "analyze.tasks.list": {},
}
ANALYZE = {"prompt": "Say.", "video": VIDEO}
SEARCH = {"index_id": "i", "search_options": ["visual"]}
SUMMARIZE = {"video_id": "v", "type": "summary"}
UPLOAD = {"filename": "a.mp4", "type": "video", "total_size": 1}

# Method, what is given besides, the parameter, values inside, values outside.
EDGES: list[tuple[str, dict[str, Any], str, list[Any], list[Any]]] = [
    *((name, more, "page", [1, MANY], [0]) for name, more in LISTS.items()),
    *((name, more, "page_limit", [1, 50], [0]) for name, more in LISTS.items()),
    *(
        (name, {"media": media}, "start_sec", [0, MANY], [-TINY])
        for name, media in (
            ("embed.audio", AUDIO),
            ("embed.video", VIDEO),
            ("embed.tasks.audio", AUDIO),
            ("embed.tasks.video", VIDEO),
        )
    ),
    ("embed.tasks.video", {"media": VIDEO}, "end_sec", [TINY, MANY], [0]),
    ("embed.tasks.video", {"media": VIDEO, "start_sec": 2.0}, "end_sec", [2.001], [2.0]),
    ("embed.tasks.video", NEWEST | {"media": VIDEO}, "embedding_dimension", [128, 512], [0]),
    ("embed.text", NEWEST | {"input_text": "a"}, "embedding_dimension", [128, 512], [0, -1]),
    ("embed.text", {"input_text": "a"}, "embedding_dimension", [], [128, 512]),
    ("embed.text", {}, "input_text", ["a", "a " * 500], ["a " * 501]),
    ("embed.text", NEWEST, "input_text", ["a", "a " * 2000], ["a " * 2001]),
    ("embed.multi_input", NEWEST, "media", [[IMAGE] * 10], [[IMAGE] * 11, []]),
    ("embed_v1.create", {"audio": AUDIO}, "audio_start_offset_sec", [0, MANY], [-TINY]),
    ("embed_v1.tasks.create", {"media": VIDEO}, "video_clip_length", [2, 10], [1.99]),
    (
        "embed_v1.tasks.create",
        {"media": VIDEO, "video_end_offset_sec": 5},
        "video_start_offset_sec",
        [0, 4.999],
        [-TINY, 5, 6],
    ),
    (
        "embed_v1.tasks.create",
        {"media": VIDEO, "video_start_offset_sec": 0},
        "video_end_offset_sec",
        [TINY, MANY],
        [0, -TINY, None],
    ),
    ("assets.create", {"media": VIDEO}, "filename", ["a", "a" * 255], [""]),
    (
        "assets.create",
        {"media": VIDEO},
        "user_metadata",
        [{"n": 2**53 - 1}, {"n": -(2**53) + 1}],
        [{"n": 2**53}, {"n": -(2**53)}],
    ),
    ("assets.retrieve", {}, "asset_id", ["a", "a" * 256], ["", "a" * 257]),
    ("assets.multipart_uploads.create", UPLOAD, "total_size", [1, 10 * GIB], [0]),
    ("assets.multipart_uploads.create", UPLOAD, "filename", ["a" * 255], ["  "]),
    (
        "assets.multipart_uploads.presigned_urls",
        {"upload_id": "u", "start": 1, "count": 1},
        "start",
        [1, MANY],
        [0],
    ),
    (
        "assets.multipart_uploads.presigned_urls",
        {"upload_id": "u", "start": 1, "count": 1},
        "count",
        [1, 50],
        [0],
    ),
    (
        "assets.multipart_uploads.report_chunks",
        {"upload_id": "u"},
        "completed_chunks",
        [[CHUNK], [CHUNK] * 50],
        [[]],
    ),
    (
        "indexes.create",
        {"index_name": "n"},
        "models",
        [{"marengo3.0": ["visual"]}, {"marengo3.0": ["visual"], "pegasus1.2": ["visual"]}],
        [{}],
    ),
    *(
        (name, {"index_id": "i"}, parameter, [0, {"gte": 0}], [-1, {"lte": -1}, {}])
        for name in ("indexes.videos.list", "indexes.assets.list")
        for parameter in ("duration", "fps", "width", "height", "size")
    ),
    *(("tasks.list", {}, name, [0, MANY], [-1]) for name in ("duration", "width", "height")),
    ("search", {**SEARCH, "query_text": "red"}, "page_limit", [1, 50], [0]),
    ("search", {**SEARCH, "query_text": "red"}, "adjust_confidence_level", [0, 1], [-TINY]),
    ("search", SEARCH, "query_media", [[IMAGE], [IMAGE] * 10], [[]]),
    *(
        (name, ANALYZE, "temperature", [0, 1], [-TINY])
        for name in ("analyze", "analyze.tasks.create")
    ),
    ("analyze", ANALYZE, "max_tokens", [1, 98_304], [0]),
    ("analyze.tasks.create", ANALYZE, "max_tokens", [512, 98_304, "unlimited"], [511]),
    *(
        (name, ANALYZE, parameter, [0, MANY], [-TINY])
        for name in ("analyze", "analyze.tasks.create")
        for parameter in ("start_time", "end_time")
    ),
    ("analyze", {**ANALYZE, "start_time": 2}, "end_time", [2.001], [2, 1]),
    (
        "analyze",
        {"prompt": "x"},
        "image",
        [{"a": IMAGE}, dict.fromkeys(map(str, range(20)), IMAGE)],
        [{}],
    ),
    ("analyze.tasks.create", ANALYZE, "min_segment_duration", [2, MANY], [1.99]),
    ("analyze.tasks.create", ANALYZE, "max_segment_duration", [2, MANY], [1.99]),
    (
        "analyze.tasks.create",
        {**ANALYZE, "min_segment_duration": 5},
        "max_segment_duration",
        [5],
        [4.99],
    ),
    ("analyze.tasks.create", ANALYZE, "custom_id", ["a", "a" * 64], ["", "\ud800"]),
    *(
        (name, {"video_id": "v", "prompt": "Say."}, "temperature", [0, 1], [-TINY])
        for name in ("generate",)
    ),
    ("summarize", SUMMARIZE, "temperature", [0, 1], [-TINY]),
    ("summarize", SUMMARIZE, "max_tokens", [1, 4096], [0]),
]


@pytest.mark.parametrize(
    ("method", "more", "name", "inside", "outside"),
    [pytest.param(*row, id=f"{row[0]} {row[2]} {number}") for number, row in enumerate(EDGES)],
)
def test_a_parameter_is_sent_up_to_its_edge(
    method: str, more: dict[str, Any], name: str, inside: list[Any], outside: list[Any]
) -> None:
    server = Rejecting()
    with Client("key", transport=server) as client:

        def call(value: object) -> None:
            found = attrgetter(method)(client)(**{**more, name: value})
            if hasattr(found, "pages"):
                next(found.pages())

        for value in inside:
            with pytest.raises(BadRequestError):
                call(value)
        assert server.count == len(inside)
        for value in outside:
            with pytest.raises(InvalidRequestError):
                call(value)
        assert server.count == len(inside)


@pytest.mark.parametrize(
    ("make", "inside", "outside"),
    [
        (segmentation.fixed, (2, 10), (1, -1)),
        (segmentation.dynamic, (2, 5), (1, -1)),
    ],
)
def test_segments_have_whole_seconds_within_their_bounds(
    make: Any, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    for seconds in inside:
        make(seconds)
    for seconds in outside:
        with pytest.raises(InvalidRequestError):
            make(seconds)


@pytest.mark.parametrize("name", ["timeout", "reconcile_after_sec"])
def test_a_client_waits_more_than_no_time_and_up_to_a_year(name: str) -> None:
    year = 365 * 24 * 3600
    for seconds in (TINY, 1, year):
        Client("key", **{name: seconds}).close()
    for seconds in (0, -1, year + 1):
        with pytest.raises(ConfigurationError, match=name):
            Client("key", **{name: seconds})
