"""Values that the service may know and this version does not: sent, with one warning.

A known word that is misspelt is refused with the word that was meant, and so is every unknown word
of the client itself.
"""

from __future__ import annotations

import copy
import pickle
import string
import warnings
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import AsyncClient, Client, Embeddings, Media, segmentation
from dodeca._base.text import nearest
from dodeca._calls import params
from dodeca.errors import BadRequestError, InvalidRequestError, UnknownValueWarning
from dodeca.media import GIB
from dodeca_api.models.search_group_by import SEARCH_GROUP_BY_VALUES
from dodeca_api.models.search_option import SEARCH_OPTION_VALUES
from dodeca_api.models.sort_by import SORT_BY_VALUES
from dodeca_api.models.task_status_filter import TASK_STATUS_FILTER_VALUES
from tests.scripted import EMBEDDED, Script, Server, reply
from tests.seams import warn_again

VIDEO = Media.url("https://host.example/a.mp4")
IMAGE = Media.url("https://host.example/a.png")
CHUNK = {"chunk_index": 1, "proof": "x", "proof_type": "etag", "chunk_size": 5}
SEARCH = {"index_id": "i", "query_text": "red", "search_options": ["visual"]}
TASK = {"prompt": "Say.", "video": VIDEO}
WORD = "sonar"
"""A word that is like none of the known ones."""

# Method, what is given besides, the parameter, a value of next year.
OPEN: list[tuple[str, dict[str, Any], str, Any]] = [
    ("search", SEARCH, "search_options", ["visual", WORD]),
    ("search", SEARCH, "transcription_options", [WORD]),
    ("search", SEARCH, "group_by", WORD),
    ("search", SEARCH, "operator", WORD),
    ("search", SEARCH, "threshold", WORD),
    ("search", SEARCH, "sort_option", WORD),
    ("search", SEARCH, "page_limit", 51),
    ("search", SEARCH, "adjust_confidence_level", 1.01),
    ("search", SEARCH, "query_media", [IMAGE] * 11),
    ("indexes.create", {"index_name": "n"}, "models", {"m": [WORD]}),
    ("indexes.create", {"index_name": "n"}, "models", {name: ["visual"] for name in "abc"}),
    ("indexes.create", {"index_name": "n", "models": {"m": ["visual"]}}, "addons", [WORD]),
    ("indexes.list", {}, "model_options", [WORD]),
    ("indexes.list", {}, "model_family", WORD),
    *((f"{name}.list", {}, "sort_by", WORD) for name in ("indexes", "tasks")),
    *((f"{name}.list", {}, "sort_option", WORD) for name in ("indexes", "tasks")),
    ("tasks.list", {}, "status", [WORD]),
    *(
        (f"indexes.{name}", {"index_id": "i"}, parameter, WORD)
        for name in ("videos.list", "assets.list")
        for parameter in ("sort_by", "sort_option")
    ),
    ("indexes.assets.list", {"index_id": "i"}, "status", [WORD]),
    (
        "indexes.videos.retrieve",
        {"index_id": "i", "video_id": "v"},
        "embedding_option",
        ["visual", WORD],
    ),
    (
        "indexes.assets.retrieve",
        {"index_id": "i", "indexed_asset_id": "v"},
        "embedding_option",
        [WORD],
    ),
    ("assets.list", {}, "asset_types", [WORD]),
    ("assets.create", {"media": VIDEO}, "filename", "a" * 256),
    ("assets.multipart_uploads.create", {"filename": "a", "total_size": 1}, "type", WORD),
    (
        "assets.multipart_uploads.create",
        {"filename": "a", "type": "video"},
        "total_size",
        10 * GIB + 1,
    ),
    ("assets.multipart_uploads.presigned_urls", {"upload_id": "u", "start": 1}, "count", 51),
    (
        "assets.multipart_uploads.report_chunks",
        {"upload_id": "u"},
        "completed_chunks",
        [CHUNK] * 51,
    ),
    (
        "assets.multipart_uploads.report_chunks",
        {"upload_id": "u"},
        "completed_chunks",
        [CHUNK | {"proof_type": WORD}],
    ),
    ("embed.video", {"media": VIDEO, "via": "sync"}, "embedding_option", ["visual", WORD]),
    ("embed.video", {"media": VIDEO, "via": "sync"}, "embedding_scope", [WORD]),
    ("embed.audio", {"media": VIDEO, "via": "sync"}, "embedding_option", [WORD]),
    ("embed.tasks.list", {}, "status", WORD),
    ("embed_v1.create", {"text": "x"}, "text_truncate", WORD),
    ("embed_v1.tasks.create", {"media": VIDEO}, "video_clip_length", 10.01),
    ("embed_v1.tasks.create", {"media": VIDEO}, "video_embedding_scope", [WORD]),
    ("embed_v1.tasks.list", {}, "status", WORD),
    ("analyze.tasks.list", {}, "status", WORD),
    ("analyze.tasks.list", {}, "analysis_mode", WORD),
    ("analyze.tasks.create", TASK, "analysis_mode", WORD),
    ("analyze.tasks.create", TASK, "max_tokens", WORD),
    ("analyze.tasks.create", TASK, "max_tokens", 98_305),
    ("analyze.tasks.create", TASK, "custom_id", "a" * 65),
    ("analyze.tasks.create", TASK, "custom_id", "job 7"),
    ("analyze.tasks.create", TASK, "temperature", 1.01),
    ("analyze", TASK, "temperature", 1.01),
    ("analyze", TASK, "max_tokens", 98_305),
    ("analyze", TASK, "response_format", {"type": WORD, "grammar": "x"}),
    ("analyze", {"prompt": "x"}, "image", {"a-b": IMAGE}),
    ("analyze", {"prompt": "x"}, "image", dict.fromkeys(map(str, range(21)), IMAGE)),
    (
        "analyze",
        {"video": VIDEO},
        "prompt_v2",
        {"input_text": "<@a>", "media_sources": [{"name": "a", "media_type": WORD, "url": "u"}]},
    ),
    ("generate", {"video_id": "v", "prompt": "Say."}, "temperature", 1.01),
    ("summarize", {"video_id": "v"}, "type", WORD),
    ("summarize", {"video_id": "v", "type": "summary"}, "temperature", 1.01),
    ("summarize", {"video_id": "v", "type": "summary"}, "max_tokens", 4_097),
    ("gist", {"video_id": "v"}, "types", [WORD]),
    *(
        (f"{name}.list", {}, "page_limit", 51)
        for name in (
            *("embed.tasks", "embed_v1.tasks", "assets", "assets.multipart_uploads"),
            *("indexes", "tasks", "analyze.tasks"),
        )
    ),
]


class Rejecting(Server):
    """Says no to everything, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.url} {request.content.decode('latin-1')}")
        return httpx.Response(400)


def call(client: Client, method: str, values: dict[str, Any]) -> None:
    with suppress(BadRequestError):
        found = attrgetter(method)(client)(**values)
        if hasattr(found, "pages"):
            next(found.pages())


@pytest.mark.parametrize(
    ("method", "more", "name", "value"),
    [pytest.param(*row, id=f"{row[0]} {row[2]} {number}") for number, row in enumerate(OPEN)],
)
def test_what_the_service_may_have_gained_is_sent_with_one_warning(
    monkeypatch: pytest.MonkeyPatch, method: str, more: dict[str, Any], name: str, value: Any
) -> None:
    warn_again(monkeypatch)
    server = Rejecting()
    with Client("key", transport=server) as client:
        with pytest.warns(UnknownValueWarning) as shown:
            call(client, method, {**more, name: value})
        call(client, method, {**more, name: value})  # a second warning would be an error
    places = [found.filename for found in shown if found.category is UnknownValueWarning]
    assert places == [__file__]
    warning = shown[0].message
    assert isinstance(warning, UnknownValueWarning)
    assert len(server.asked) == 2
    if warning.value == WORD or isinstance(value, int | float):
        assert all(str(warning.value) in asked for asked in server.asked)


def test_a_warning_says_what_is_known() -> None:
    warning = UnknownValueWarning("group_by", "scene", "it knows clip, video")
    assert str(warning) == (
        "group_by: 'scene' is not known to this version of dodeca and is sent as it is; it knows "
        "clip, video"
    )
    for twin in (pickle.loads(pickle.dumps(warning)), copy.copy(warning)):
        assert (str(twin), twin.name, twin.value) == (str(warning), "group_by", "scene")


def test_as_an_error_the_warning_refuses_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    warn_again(monkeypatch)
    with Client("key", transport=Script()) as client, warnings.catch_warnings():
        warnings.simplefilter("error", UnknownValueWarning)
        for _ in range(2):
            with pytest.raises(UnknownValueWarning, match="the documented maximum is 50"):
                client.indexes.list(page_limit=51)


@pytest.mark.anyio
async def test_a_warning_points_at_the_line_of_a_coroutine(monkeypatch: pytest.MonkeyPatch) -> None:
    warn_again(monkeypatch)
    async with AsyncClient("key", transport=Script(reply(EMBEDDED))) as client:
        with pytest.warns(UnknownValueWarning) as shown:
            await client.embed.video(VIDEO, via="sync", embedding_option=[WORD])
    assert [found.filename for found in shown] == [__file__]


def test_segments_may_be_longer_than_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    warn_again(monkeypatch)
    with pytest.warns(UnknownValueWarning, match=r"duration_sec: 11 .* maximum is 10") as shown:
        assert segmentation.fixed(11).duration_sec == 11
    assert [found.filename for found in shown] == [__file__]
    with pytest.warns(UnknownValueWarning, match=r"min_duration_sec: 6 .* maximum is 5"):
        assert str(segmentation.parse("dynamic:6")) == "dynamic:6"


KNOWN = sorted(
    {
        *(*SEARCH_OPTION_VALUES, *TASK_STATUS_FILTER_VALUES),
        *(*SEARCH_GROUP_BY_VALUES, *SORT_BY_VALUES),
    }
)


@given(st.sampled_from(KNOWN), st.data())
def test_a_known_word_that_is_misspelt_is_refused_with_the_right_one(
    word: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    typo = data.draw(
        st.sampled_from(
            [
                word.upper(),
                word.capitalize(),
                f" {word}",
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 :] if len(word) > 4 else word.title(),
            ]
        )
    )
    if typo in KNOWN:
        return
    with pytest.raises(InvalidRequestError, match="did you mean '") as caught:
        params.choice("x", typo, KNOWN)
    assert nearest(typo, KNOWN) in str(caught.value)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("visul", "visual"),
        ("Visual", "visual"),
        ("visuals", "visual"),
        ("transcript", "transcription"),
        ("cancelled", "canceled"),
        ("visual2", None),  # other digits are another version
        ("visual_text_audio", None),
        ("smell", None),
        ("", None),
    ],
)
def test_four_fifths_of_the_letters_make_a_typo(word: str, found: str | None) -> None:
    assert nearest(word, ["audio", "visual", "transcription", "canceled"]) == found


@pytest.mark.parametrize("value", ["", " ", 3, b"visual", None, [], "\ud800"])
def test_what_is_no_word_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequestError):
        params.choices("x", [value], KNOWN)


@pytest.mark.parametrize(
    "nested",
    [
        {"type": 3, "json_schema": {}},
        {"type": None, "json_schema": {}},
        {"type": "", "json_schema": {}},
        {"type": "json_schemas", "json_schema": {}},
        {"type": "json_schema"},
    ],
)
def test_a_nested_value_of_another_shape_is_refused(nested: dict[str, Any]) -> None:
    with Client("key", transport=Script()) as client, pytest.raises(InvalidRequestError):
        client.analyze("?", video=VIDEO, response_format=nested)


@pytest.mark.parametrize(
    ("refused", "hint"),
    [
        (lambda client: client.embed.video(VIDEO, via="tasks"), "did you mean 'task'"),
        (lambda client: client.embed.video(VIDEO, via="carrier pigeon"), "got 'carrier pigeon'$"),
        (lambda client: client.embed.run([VIDEO], out="x", engine="Ray"), "did you mean 'ray'"),
        (lambda client: client.embed.run([VIDEO], out="x", engine="dask"), "got 'dask'$"),
        (
            lambda client: client.embed.run([VIDEO], out="x", on_unknown="stopp"),
            "did you mean 'stop'",
        ),
        (
            lambda client: client.embed.run([{"url": "u", "input_type": "vidio"}], out="x"),
            "did you mean 'video'",
        ),
        (
            lambda client: Embeddings.from_items([{"embedding": [1.0]}]).search([1.0], by="rows"),
            "did you mean 'row'",
        ),
    ],
)
def test_words_for_the_client_itself_are_closed(
    refused: Any, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # for datasets
    with Client("key", transport=Script()) as client, pytest.raises(InvalidRequestError) as caught:
        refused(client)
    assert caught.match(hint)


def test_limits_of_the_client_itself_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Client("key", transport=Script()) as client:
        for refused in (
            lambda: client.embed.texts(["x"], concurrency=257),
            lambda: client.embed.run([VIDEO], out="x", concurrency=257),
            lambda: client.fetch("https://host/a", max_bytes=10**18),
        ):
            with pytest.raises(InvalidRequestError):
                refused()
