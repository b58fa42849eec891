import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca.emulator import Emulator, EmulatorTransport, VirtualClock, samples, serving
from dodeca.emulator.clock import timestamp
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers import search as search_module
from dodeca.emulator.inference import scoring
from dodeca.emulator.inference.vectors import image_vector, text_vector
from dodeca.emulator.rules import search_filter

from .conftest import KEY, client, conforms
from .library import MARENGO, OLDER, index, video

Read = Callable[[httpx.Response], tuple[int, str, str]]
TWO = {"rating": 5, "fresh": True, "tags": ["b"]}


@pytest.fixture(scope="module")
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="module")
def emulator(media: Path, clock: VirtualClock) -> Iterator[Emulator]:
    """One emulator for all searches, which change nothing."""
    with Emulator(media=media, clock=clock) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def http(emulator: Emulator) -> Iterator[httpx.Client]:
    with client(emulator) as http:
        yield http


@pytest.fixture(scope="module")
def newer(http: httpx.Client) -> str:
    """An index of Marengo 3.0: `clip.mp4` has scenes of 5, 4 and 3 seconds, `silent.mp4` one."""
    index_id = index(http, "newer", MARENGO)
    video(http, index_id, "clip.mp4", user_metadata={"category": "news", "rating": 9.5})
    video(http, index_id, "silent.mp4", user_metadata=TWO)
    return index_id


@pytest.fixture(scope="module")
def older(http: httpx.Client) -> str:
    """The same videos in an index of Marengo 2.7, in clips of six seconds."""
    index_id = index(http, "older", OLDER)
    video(http, index_id, "clip.mp4")
    video(http, index_id, "silent.mp4")
    return index_id


def search(http: httpx.Client, index_id: str, *images: Path, **fields: Any) -> httpx.Response:
    """Search for `query_text` or images; fields are texts or lists of them."""
    given = {"index_id": index_id, "search_options": ["visual"], **fields}
    form: list[tuple[str, Any]] = []
    for name, value in given.items():
        form += [(name, (None, text)) for text in ([value] if isinstance(value, str) else value)]
    form += [("query_media_file", (image.name, image.read_bytes())) for image in images]
    return http.post("/search", files=form)


def found(response: httpx.Response) -> list[tuple[float, float]]:
    assert response.status_code == 200, response.text
    return [(clip["start"], clip["end"]) for clip in response.json()["data"]]


@pytest.mark.parametrize(
    ("query", "option", "best"),
    [
        ("red", "visual", (0.0, 5.0)),
        ("blue sky", "visual", (5.0, 9.0)),
        ("green meadow", "visual", (9.0, 12.0)),
        ("a low hum", "audio", (0.0, 5.0)),
        ("a high whistle", "audio", (5.0, 9.0)),
        ("noise", "audio", (9.0, 12.0)),
    ],
)
def test_words_find_what_they_name(
    http: httpx.Client, newer: str, query: str, option: str, best: tuple[float, float]
) -> None:
    assert found(search(http, newer, query_text=query, search_options=option))[0] == best


def test_the_response_of_marengo_3_0(http: httpx.Client, newer: str, clock: VirtualClock) -> None:
    response = search(http, newer, query_text="blue").json()
    assert [clip["rank"] for clip in response["data"]] == [1, 2, 3, 4]
    assert response["data"][0].keys() == {"video_id", "start", "end", "rank"}
    assert response["page_info"] == {
        "limit_per_page": 10,
        "total_results": 4,
        "page_expires_at": timestamp(clock.now() + search_module.LIFE),
    }
    pool = {"total_count": 2, "total_duration": 17.0, "index_id": newer}
    assert response["search_pool"] == pool


def test_the_response_of_marengo_2_7_has_scores(http: httpx.Client, older: str) -> None:
    data = search(http, older, query_text="red", threshold="none").json()["data"]
    assert len(data) == 3
    scores = [clip["score"] for clip in data]
    assert scores == sorted(scores, reverse=True)
    assert [clip["confidence"] for clip in data][::2] == ["high", "extremely low"]
    assert data[0].keys() == {"video_id", "start", "end", "rank", "score", "confidence"}


@pytest.mark.parametrize(
    ("threshold", "count"), [("high", 2), ("medium", 2), ("low", 2), ("none", 3)]
)
def test_a_threshold_cuts_off(http: httpx.Client, older: str, threshold: str, count: int) -> None:
    assert len(found(search(http, older, query_text="red", threshold=threshold))) == count


def test_confidence_can_be_adjusted(http: httpx.Client, older: str) -> None:
    for adjustment, levels in [("0.0", {"high"}), ("1.0", {"medium", "extremely low"})]:
        response = search(
            http,
            older,
            query_text="red",
            threshold="none",
            adjust_confidence_level=adjustment,
        )
        assert {clip["confidence"] for clip in response.json()["data"]} == levels


def test_thresholds_mean_nothing_to_marengo_3_0(http: httpx.Client, newer: str) -> None:
    assert len(found(search(http, newer, query_text="red", threshold="high"))) == 4


@pytest.mark.parametrize("transport", ["in process", "server"])
def test_a_picture_finds_what_looks_like_it(
    emulator: Emulator, http: httpx.Client, newer: str, tmp_path: Path, transport: str
) -> None:
    image = samples.image(tmp_path / "green.png", "green")
    if transport == "in process":
        response = search(http, newer, image, query_media_type="image")
    else:
        with (
            serving(emulator) as url,
            httpx.Client(
                base_url=url, timeout=60, headers=KEY, event_hooks={"response": [conforms]}
            ) as other,
        ):
            response = search(other, newer, image, query_media_type="image")
    assert found(response)[0] == (9.0, 12.0)


def test_a_picture_by_url(http: httpx.Client, newer: str, tmp_path: Path) -> None:
    """The file in the form does not count beside it."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    url = "https://example.org/purple.jpg"
    response = search(http, newer, broken, query_media_type="image", query_media_url=url)
    assert len(found(response)) == 4


def test_text_and_pictures_together(http: httpx.Client, newer: str, tmp_path: Path) -> None:
    green, blue = (samples.image(tmp_path / f"{c}.png", c) for c in ("green", "blue"))
    both = search(http, newer, green, blue, query_media_type="image")
    assert set(found(both)[:2]) == {(5.0, 9.0), (9.0, 12.0)}
    more = search(http, newer, green, blue, query_media_type="image", query_text="green")
    assert found(more)[0] == (9.0, 12.0)


def test_several_options_widen_or_narrow(http: httpx.Client, newer: str) -> None:
    options = ["visual", "audio"]
    wide = search(http, newer, query_text="red whistle", search_options=options)
    assert set(found(wide)[:3]) == {(0.0, 5.0), (5.0, 9.0)}
    narrow = search(http, newer, query_text="red whistle", search_options=options, operator="and")
    # The silent video has no sound to agree with.
    assert len(found(narrow)) == 3
    as_json = search(http, newer, query_text="red whistle", search_options='["visual", "audio"]')
    assert found(as_json) == found(wide)


def test_nothing_is_spoken(http: httpx.Client, newer: str) -> None:
    spoken = {"search_options": "transcription", "transcription_options": "lexical"}
    assert found(search(http, newer, query_text="red", **spoken)) == []


def test_results_by_video(http: httpx.Client, newer: str) -> None:
    response = search(http, newer, query_text="blue", group_by="video").json()
    first, second = response["data"]
    assert first.keys() == {"id", "clips"}
    assert [clip["rank"] for clip in first["clips"]] == sorted(c["rank"] for c in first["clips"])
    assert {clip["video_id"] for clip in first["clips"]} == {first["id"]}
    assert (first["clips"][0]["start"], len(second["clips"])) == (5.0, 1)
    info = response["page_info"]
    assert (info["total_results"], info["total_inner_matches"]) == (2, 4)
    by_score = search(http, newer, query_text="red still", group_by="video").json()["data"]
    by_count = search(
        http, newer, query_text="red still", group_by="video", sort_option="clip_count"
    ).json()["data"]
    assert len(by_count[0]["clips"]) == 3
    assert {item["id"] for item in by_score} == {item["id"] for item in by_count}


def test_pages_follow_each_other(http: httpx.Client, newer: str) -> None:
    all_at_once = search(http, newer, query_text="blue").json()["data"]
    response = search(http, newer, query_text="blue", page_limit="3").json()
    assert "prev_page_token" not in response["page_info"]
    token = response["page_info"]["next_page_token"]
    second = http.get(f"/search/{token}").json()
    assert response["data"] + second["data"] == all_at_once
    assert "next_page_token" not in second["page_info"]
    assert second["search_pool"] == response["search_pool"]
    first = http.get(f"/search/{second['page_info']['prev_page_token']}").json()
    assert first == response


def test_a_page_by_video_counts_videos(http: httpx.Client, newer: str) -> None:
    response = search(http, newer, query_text="blue", group_by="video", page_limit="1").json()
    token = response["page_info"]["next_page_token"]
    (second,) = http.get(f"/search/{token}").json()["data"]
    assert second["id"] != response["data"][0]["id"]


def test_metadata_come_when_asked_for(http: httpx.Client, newer: str) -> None:
    wish = {"include_user_metadata": "true", "filter": '{"rating": 5}', "page_limit": "1"}
    (clip,) = search(http, newer, query_text="red", **wish).json()["data"]
    assert clip["user_metadata"] == TWO
    (item,) = search(http, newer, query_text="red", group_by="video", **wish).json()["data"]
    assert item["user_metadata"] == item["clips"][0]["user_metadata"] == TWO
    response = search(http, newer, query_text="red", page_limit="1").json()
    path = f"/search/{response['page_info']['next_page_token']}"
    assert "user_metadata" not in http.get(path).json()["data"][0]
    assert "user_metadata" in http.get(f"{path}?include_user_metadata=true").json()["data"][0]


def test_thumbnails_show_the_middle_of_clips_for_an_hour(
    emulator: Emulator, http: httpx.Client, clock: VirtualClock, error_of: Read
) -> None:
    browser = httpx.Client(transport=EmulatorTransport(emulator))  # without an API key
    index_id = index(http, "pictured", MARENGO, addons=["thumbnail"])
    video(http, index_id, "clip.mp4")
    for colour in ("red", "green"):
        response = search(http, index_id, query_text=colour, page_limit="1").json()
        clip = response["data"][0]
        url = clip["thumbnail_url"]
        middle = round((clip["start"] + clip["end"]) * 500)
        assert url.startswith("https://api.twelvelabs.io/emulator/thumbnails/")
        assert f"/{clip['video_id']}/{middle}-" in url
        image = browser.get(url).content
        alike = {name: float(image_vector(image) @ text_vector(name)) for name in ("red", "green")}
        assert max(alike, key=alike.__getitem__) == colour
    later = http.get(f"/search/{response['page_info']['next_page_token']}").json()
    assert "thumbnail_url" in later["data"][0]
    # The first frame from then on, the first of the blue ones.
    exact = browser.get(re.sub(r"/\d+-(\d+)\.jpg", r"/4904-\1.jpg", url)).content
    assert image_vector(exact) @ text_vector("blue") > image_vector(exact) @ text_vector("red")
    clock.advance(3600)
    assert error_of(browser.get(url)) == (403, "access_denied", "The URL has expired.")


def test_tokens_expire(http: httpx.Client, newer: str, clock: VirtualClock, error_of: Read) -> None:
    response = search(http, newer, query_text="blue", page_limit="1").json()
    token = response["page_info"]["next_page_token"]
    clock.advance(3599)
    assert http.get(f"/search/{token}").status_code == 200
    clock.advance(1)
    text = (
        "The token that identifies the page to be retrieved is expired or invalid. You must make"
        f" a new search request. Token: `{token}`."
    )
    for _ in range(2):  # also when a new search has cleared it away
        expired = error_of(http.get(f"/search/{token}"))
        assert expired == (400, "search_page_token_expired", text)
        response = search(http, newer, query_text="blue", page_limit="1").json()
    token = response["page_info"]["next_page_token"]
    for wrong in ("nope", token.replace("-2", "-9"), token.replace("-2", "-0"), token[:-2]):
        assert error_of(http.get(f"/search/{wrong}"))[:2] == (400, "search_page_token_expired")


def test_a_video_deleted_meanwhile_is_left_out(media: Path) -> None:
    with Emulator(media=media) as emulator, client(emulator) as http:
        index_id = index(http)
        gone = video(http, index_id, "silent.mp4")
        video(http, index_id, "silent.mp4")
        response = search(http, index_id, query_text="red", page_limit="1").json()
        (first,) = response["data"]
        ids = {gone, first["video_id"]}
        for video_id in ids:
            http.delete(f"/indexes/{index_id}/videos/{video_id}")
        later = http.get(f"/search/{response['page_info']['next_page_token']}").json()
        assert not ids & {clip["video_id"] for clip in later["data"]}


@pytest.mark.parametrize(
    ("filter_", "names"),
    [
        ({}, {"clip.mp4", "silent.mp4"}),
        ({"category": "news"}, {"clip.mp4"}),
        ({"category": "other"}, set()),
        ({"rating": 5}, {"silent.mp4"}),
        ({"rating": 9.5}, {"clip.mp4"}),
        ({"rating": {"gte": 5, "lte": 9}}, {"silent.mp4"}),
        ({"rating": {"gte": 9.5}}, {"clip.mp4"}),
        ({"category": {"gte": 1}}, set()),
        ({"fresh": True}, {"silent.mp4"}),
        ({"fresh": 1}, set()),
        ({"tags": "b"}, {"silent.mp4"}),
        ({"duration": 12}, {"clip.mp4"}),
        ({"duration": {"lte": 5}, "width": 360, "height": 360}, {"silent.mp4"}),
        ({"size": {"gte": 1}, "filename": "clip.mp4"}, {"clip.mp4"}),
        ({"id": []}, set()),
        ({"id": "CLIP"}, {"clip.mp4"}),
        ({"id": ["CLIP", "unknown"]}, {"clip.mp4"}),
    ],
)
def test_filters(http: httpx.Client, newer: str, filter_: dict[str, Any], names: set[str]) -> None:
    videos = {
        item["_id"]: item["system_metadata"]["filename"]
        for item in http.get(f"/indexes/{newer}/videos").json()["data"]
    }
    (clip,) = (id_ for id_, name in videos.items() if name == "clip.mp4")
    text = orjson.dumps(filter_).decode().replace("CLIP", clip)
    response = search(http, newer, query_text="red", filter=text).json()
    assert {videos[found["video_id"]] for found in response["data"]} == names
    assert response["search_pool"]["total_count"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"a"',
        "null",
        '{"a": null}',
        '{"a": []}',
        '{"a": ["x"]}',
        '{"id": [1]}',
        '{"id": {"gte": 1}}',
        '{"a": {}}',
        '{"a": {"gt": 1}}',
        '{"a": {"gte": "1"}}',
        '{"a": {"gte": true}}',
        '{"a": {"gte": 1, "x": 1}}',
        '{"a": {"b": {"gte": 1}}}',
    ],
)
def test_filters_that_are_none(http: httpx.Client, newer: str, error_of: Read, text: str) -> None:
    response = search(http, newer, query_text="red", filter=text)
    assert error_of(response) == (
        400,
        "search_filter_invalid",
        "Filter used in search is invalid. Please use the valid filter syntax by following"
        " filtering documentation.",
    )


NAMES = st.sampled_from(["id", "duration", "filename", "a", "gte", "lte"]) | st.text(max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.dictionaries(NAMES, st.integers() | st.text() | st.booleans()))
def test_a_filter_is_refused_or_decides(given_: Any, fields: dict[str, Any]) -> None:
    video = {"_id": "x", "system_metadata": {"duration": 5.0}, "user_metadata": fields}
    with suppress(ErrorResponse):
        for name, test in search_filter.parse(orjson.dumps(given_).decode()).items():
            assert test(search_filter.value_of(video, name)) in (True, False)
        assert isinstance(given_, dict)


URL = "https://example.org/purple.jpg"


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({}, "parameter_not_provided", "`query_text`"),
        ({"query_text": " "}, "parameter_not_provided", "`query_text`"),
        ({"query_media_type": "image"}, "parameter_not_provided", "`query_media_url`"),
        ({"query_media_url": URL}, "parameter_not_provided", "`query_media_type`"),
        ({"query_media_type": "video"}, "parameter_invalid", "`query_media_type`"),
        (
            {"query_media_type": "image", "query_media_url": "https://a.org/small.mp4"},
            "parameter_invalid",
            "`query_media_url`",
        ),
        (
            {"query_media_type": "image", "query_media_url": [URL] * 11},
            "parameter_invalid",
            "`query_media_url`",
        ),
        ({"query_text": "a", "search_options": []}, "parameter_not_provided", "`search_options`"),
        ({"query_text": "a", "search_options": "logo"}, "parameter_invalid", "`search_options`"),
        ({"query_text": "a", "page_limit": "51"}, "parameter_invalid", "`page_limit`"),
        ({"query_text": "a", "sort_option": "clip_count"}, "parameter_invalid", "`sort_option`"),
        ({"query_text": "a " * 501}, "parameter_invalid", "less than or equal to 500"),
        ({"query_text": "a", "x": "1"}, "parameter_unknown", "`x`"),
    ],
)
def test_searches_that_break_a_rule(
    http: httpx.Client,
    newer: str,
    error_of: Read,
    fields: dict[str, Any],
    code: str,
    named: str,
) -> None:
    response = search(http, newer, **fields)
    assert error_of(response)[:2] == (400, code)
    assert named in error_of(response)[2]


def test_what_marengo_2_7_does_not_take(
    http: httpx.Client, older: str, error_of: Read, media: Path
) -> None:
    long = search(http, older, query_text="a " * 78)
    assert "less than or equal to 77" in error_of(long)[2]
    image = media / "purple.jpg"
    both = search(http, older, image, query_media_type="image", query_text="a")
    assert error_of(both)[:2] == (400, "parameter_invalid")


def test_pictures_have_a_smallest_size(
    http: httpx.Client, newer: str, error_of: Read, tmp_path: Path
) -> None:
    for side, status in ((64, 200), (62, 400)):
        image = samples.image(tmp_path / "small.png", "red", (side, 100))
        response = search(http, newer, image, query_media_type="image")
        assert response.status_code == status
    assert "At least 64x64 pixels are needed, not 62x100." in error_of(response)[2]


@given(st.lists(st.floats(0, 100), min_size=2), st.floats(0, 1), st.floats(0, 1))
def test_confidence_falls_with_the_score_and_the_adjustment(
    scores: list[float], first: float, second: float
) -> None:
    lower, higher = sorted((first, second))
    for score in scores:
        generous = scoring.LEVELS.index(scoring.confidence(score, lower))
        strict = scoring.LEVELS.index(scoring.confidence(score, higher))
        assert generous <= strict
    ordered = [scoring.LEVELS.index(scoring.confidence(s, first)) for s in sorted(scores)]
    assert ordered == sorted(ordered, reverse=True)


def test_a_query_without_meaning_has_no_nan() -> None:
    vector = scoring.query_vector("?", [], 512)
    assert np.isfinite(vector).all()
