"""The HTTP API of the page: search, media, and what it refuses, over a real connection."""

import io
import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client
from dodeca.browse.parsing import SearchRequest, parse_search
from dodeca.emulator import samples
from dodeca.errors import InvalidRequestError
from dodeca.library import Library, Query, open_dataset
from dodeca.video.waveform import waveform

from .conftest import Open, relocate

BLUE = {"query": {"text": "blue"}}


def search(page: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = page.post("api/search", json={**BLUE, **fields})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def error(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    (message,) = response.json().values()
    return str(message)


def test_the_library_is_described(page: httpx.Client, library: Library, clips: Path) -> None:
    found = page.get("api/library").json()
    assert found["name"] == "library"
    assert found["model_name"] == library.model_name
    assert found["segments"] == sum(source.segments for source in library.sources)
    assert found["modalities"] == ["visual", "audio"]
    assert found["clips_folder"] == str(clips)
    by_name = {source["name"]: source for source in found["sources"]}
    assert by_name["clip.mp4"]["kind"] == "video"
    assert by_name["clip.mp4"]["duration_sec"] == 8.0
    assert {source["state"] for source in found["sources"]} == {"local"}


def test_a_search_gives_what_the_library_finds(
    page: httpx.Client, library: Library, ids: dict[str, str]
) -> None:
    expected = library.search(Query(text="blue"))
    found = search(page)
    assert [hit["segment_id"] for hit in found["hits"]] == [e.segment_id for e in expected.items]
    assert [hit["score"] for hit in found["hits"]] == [e.score for e in expected.items]
    assert found["total"] == expected.total
    (best,) = search(page, sources=[ids["clip.mp4"]], limit=1)["hits"]
    assert (best["start_sec"], best["end_sec"], best["modality"]) == (4.0, 8.0, "visual")
    assert best["thumbnail"] == f"thumbnails/{best['source_id']}?at=6.00"
    assert found["scale"]["high"] == pytest.approx(max(e.score or 0 for e in expected.items))
    pages = [search(page, offset=at, limit=2)["hits"] for at in range(0, found["total"], 2)]
    assert [hit for hits in pages for hit in hits] == found["hits"]


def test_a_kept_query_costs_no_request(page: httpx.Client) -> None:
    before = page.get("api/library").json()["queries"]
    first = search(page, query={"text": "a query of this test alone"})["queries"]
    assert first == {"sent": before["sent"] + 1, "kept": before["kept"] + 1}
    assert search(page, query={"text": "a query of this test alone"}, limit=1)["queries"] == first


def test_a_search_is_limited_by_what_is_selected(page: httpx.Client, ids: dict[str, str]) -> None:
    audio = search(page, options=["audio"])["hits"]
    assert {hit["modality"] for hit in audio} == {"audio"}
    only = search(page, sources=[ids["clip.mkv"]])["hits"]
    assert {hit["source_id"] for hit in only} == {ids["clip.mkv"]}
    best = search(page, min_score=0.5)["hits"]
    assert best
    assert all(hit["score"] >= 0.5 for hit in best)
    weighted = search(page, weights={"visual": 1, "audio": 1})["hits"]
    assert set(weighted[0]["scores"]) == {"visual", "audio"}


def test_an_image_and_more_like_this(page: httpx.Client, media: Path, ids: dict[str, str]) -> None:
    image = page.post("api/images", content=(media / "red.jpg").read_bytes()).json()["image_id"]
    found = search(page, query={"image_id": image})["hits"][0]
    assert found["source_id"] == ids["red.jpg"]
    sent = page.get("api/library").json()["queries"]["sent"]
    more = search(page, query={"segment_id": found["segment_id"]})
    assert more["queries"]["sent"] == sent
    assert more["hits"][0]["start_sec"] == 0.0  # the red scenes
    assert found["segment_id"] not in [hit["segment_id"] for hit in more["hits"]]


def test_the_scores_of_a_source_over_time(page: httpx.Client, ids: dict[str, str]) -> None:
    query_id = search(page)["query_id"]
    values = {"source": ids["clip.mp4"], "query_id": query_id}
    found = page.get("api/timeline", params=values).json()
    assert found["duration_sec"] == 8.0
    assert [each["modality"] for each in found["timelines"]] == ["visual", "audio"]
    visual = found["timelines"][0]
    assert visual["start_sec"] == [0.0, 4.0]
    assert visual["scores"][1] > visual["scores"][0]
    values["source"] = ids["red.jpg"]
    none = page.get("api/timeline", params=values).json()
    assert none == {"duration_sec": None, "timelines": []}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "the body must be an object"),
        ({}, "query must be an object"),
        ({"query": {}}, "exactly one of"),
        ({"query": {"text": "a", "segment_id": "b"}}, "exactly one of"),
        ({"query": {"text": " "}}, "not empty"),
        ({"query": {"text": 5}}, "not empty"),
        ({"query": {"txt": "a"}}, "did you mean 'text'"),
        ({"query": {"image_id": "none"}}, "there is no query 'none'"),
        ({"query": {"segment_id": "none"}}, "no segment 'none'"),
        ({**BLUE, "limt": 1}, "did you mean 'limit'"),
        ({**BLUE, "limit": 0}, "limit must be an integer from 1 to 500"),
        ({**BLUE, "limit": True}, "limit must be"),
        ({**BLUE, "offset": -1}, "offset must be"),
        ({**BLUE, "weights": {"visual": "a"}}, "weights must be an object of numbers"),
        ({**BLUE, "weights": {"smell": 1}}, "smell"),
        ({**BLUE, "min_score": "high"}, "min_score must be a number"),
        ({**BLUE, "sources": "all"}, "sources must be a list"),
        ({**BLUE, "sources": ["none"]}, "no source 'none'"),
        ({**BLUE, "options": ["smell"]}, "smell"),
        ({**BLUE, "metadata": {"none": 1}}, "none"),
    ],
)
def test_a_search_that_cannot_be_done_says_why(page: httpx.Client, body: Any, words: str) -> None:
    assert words in error(page.post("api/search", json=body), 400)


def test_a_browser_that_goes_away_is_no_fault(
    page: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that is left, or a search that is replaced by the next one, ends its requests."""
    for path in ("api/search", "api/images"):
        with socket.create_connection(("127.0.0.1", page.base_url.port or 0), timeout=60) as sent:
            head = f"POST {page.base_url.path}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            about = "Content-Type: application/json\r\nContent-Length: 99\r\n"
            sent.sendall(f"{head}{about}Expect: 100-continue\r\n\r\n".encode())
            assert b"100" in sent.recv(99)  # the body is being read
            sent.sendall(b"{")
    assert search(page, limit=1)["hits"]
    assert not caplog.records


def test_bodies_that_are_no_json(page: httpx.Client) -> None:
    kind = {"content-type": "application/json"}
    assert "no JSON" in error(page.post("api/search", content=b"{", headers=kind), 400)
    assert "application/json" in error(page.post("api/search", content=json.dumps(BLUE)), 415)
    assert "at most 1 MiB" in error(
        page.post("api/search", content=b" " * (1 << 20) + b"{}", headers=kind), 413
    )
    assert "no image" in error(page.post("api/images", content=b"GIF"), 400)
    assert "at most 32 MiB" in error(page.post("api/images", content=bytes(33 << 20)), 413)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ),
    st.sampled_from(["query", "weights", "min_score", "sources", "options", "metadata", "limit"]),
)
@settings(max_examples=50, deadline=None)
def test_whatever_a_field_is_the_request_is_read_or_refused(value: Any, name: str) -> None:
    with suppress(InvalidRequestError):
        assert isinstance(parse_search({**BLUE, name: value}, lambda _: b"image"), SearchRequest)


# Media.


def playback(page: httpx.Client, source: str, **values: float) -> dict[str, Any]:
    found: dict[str, Any] = page.get("api/playback", params={"source": source, **values}).json()
    return found


def test_files_are_sent_in_ranges(page: httpx.Client, media: Path, ids: dict[str, str]) -> None:
    found = playback(page, ids["clip.mp4"], start=4, end=8)
    assert found == {
        "kind": "file",
        "url": f"media/{ids['clip.mp4']}",
        "offset_sec": 0.0,
        "message": None,
    }
    content = (media / "clip.mp4").read_bytes()
    whole = page.get(found["url"])
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.content == content
    part = page.get(found["url"], headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    assert part.content == content[10:20]
    last = page.get(found["url"], headers={"range": "bytes=-5"})
    assert last.content == content[-5:]
    beyond = page.get(found["url"], headers={"range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416


def test_audio_and_images_are_played_as_such(page: httpx.Client, ids: dict[str, str]) -> None:
    audio = playback(page, ids["tones.wav"])
    assert audio["kind"] == "audio"
    assert page.get(audio["url"]).headers["content-type"] == "audio/wav"
    image = playback(page, ids["red.jpg"])
    assert image["kind"] == "image"
    assert page.get(image["url"]).headers["content-type"] == "image/jpeg"


def test_thumbnails_are_from_the_time_that_is_asked_for(
    page: httpx.Client, ids: dict[str, str]
) -> None:
    def pixel(at: float) -> tuple[int, ...]:
        response = page.get(f"thumbnails/{ids['clip.mp4']}", params={"at": at})
        assert response.headers["content-type"] == "image/jpeg"
        with av.open(io.BytesIO(response.content)) as image:
            frame = next(image.decode(video=0)).to_ndarray(format="rgb24")
        assert max(frame.shape) <= 480
        return tuple(frame[frame.shape[0] // 2, frame.shape[1] // 2].tolist())

    red, blue = pixel(2), pixel(6)
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert "no thumbnail" in error(page.get(f"thumbnails/{ids['tones.wav']}"), 404)
    assert "at must be seconds" in error(
        page.get(f"thumbnails/{ids['clip.mp4']}", params={"at": "nan"}), 400
    )


@pytest.mark.parametrize("at", ["1e13", "1e20", "1e308"])
def test_a_time_after_every_end_is_no_fault(
    page: httpx.Client, ids: dict[str, str], at: str
) -> None:
    for name in ("clip.mp4", "clip.mkv"):
        last = page.get(f"thumbnails/{ids[name]}", params={"at": at})
        assert (last.status_code, last.content[:2]) == (200, b"\xff\xd8")
    for name in ("clip.mkv", "tones.wav", "red.jpg"):
        playback(page, ids[name], start=at)
        cut = page.get(f"transcoded/{ids[name]}", params={"start": at, "end": at})
        assert "cannot be played" in error(cut, 404)


def test_a_waveform_shows_how_loud_it_is(page: httpx.Client, ids: dict[str, str]) -> None:
    found = page.get(f"waveform/{ids['tones.wav']}").json()
    assert found["duration_sec"] == pytest.approx(8, abs=0.1)
    peaks = found["peaks"]
    assert len(peaks) == 1000
    assert min(peaks[:700]) > 0.3
    assert 0.05 < max(peaks[800:]) < 0.2
    assert "no audio" in error(page.get(f"waveform/{ids['red.jpg']}"), 404)


@pytest.mark.parametrize("ending", ["wav", "mp3", "flac", "m4a"])
def test_the_peaks_are_the_same_in_every_format(tmp_path: Path, ending: str) -> None:
    path = samples.audio(tmp_path / f"tone.{ending}", [samples.Tone(3, 440, 0.5)])
    found = waveform(path, spans=30)
    assert found.duration_sec == pytest.approx(3, abs=0.1)
    assert found.peaks[2:28] == pytest.approx([0.5] * 26, abs=0.06)


def test_what_was_there_and_is_not_any_more(
    client: Client, serve: Open, vectors: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "vectors.parquet"
    path.write_bytes(vectors)
    relocate(path, str(tmp_path / "gone.mp4"))
    page = serve(open_dataset(path, client))
    (source,) = page.get("api/library").json()["sources"]
    assert source["state"] == "missing"
    assert playback(page, source["id"])["kind"] == "missing"
    assert "no such file" in playback(page, source["id"])["message"]
    assert search(page)["hits"][0]["thumbnail"] is None
    for folder in ("media", "thumbnails", "waveform", "transcoded"):
        error(page.get(f"{folder}/{source['id']}"), 404)
