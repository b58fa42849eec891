"""Uploads in chunks, and the storage host that takes the chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, EmulatorTransport, VirtualClock, serving
from dodeca.emulator.handlers import assets

from .conftest import KEY, client, conforms

Read = Callable[[httpx.Response], tuple[int, str, str]]
CHUNK = 8_000


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def emulator(clock: VirtualClock) -> Iterator[Emulator]:
    with Emulator(clock=clock, chunk_size=CHUNK) as emulator:
        yield emulator


@pytest.fixture
def content(media: Path) -> bytes:
    return (media / "clip.mp4").read_bytes()


def storage_client(emulator: Emulator) -> httpx.Client:
    """A client that brings no API key along."""
    return httpx.Client(transport=EmulatorTransport(emulator))


class Upload:
    """One upload as a client goes about it, with storage on a connection of its own."""

    def __init__(self, http: httpx.Client, storage: httpx.Client, content: bytes) -> None:
        self._http, self._storage = http, storage
        self.parts = [content[i : i + CHUNK] for i in range(0, len(content), CHUNK)]
        request = {"filename": "clip.mp4", "type": "video", "total_size": len(content)}
        response = http.post("/assets/multipart-uploads", json=request)
        assert response.status_code == 201, response.text
        self.session: dict[str, Any] = response.json()
        self.path = f"/assets/multipart-uploads/{self.session['upload_id']}"
        self.urls = {url["chunk_index"]: url["url"] for url in self.session["upload_urls"]}

    def put(
        self, index: int, part: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = self.session["upload_headers"] if headers is None else headers
        part = self.parts[index - 1] if part is None else part
        return self._storage.put(self.urls[index], content=part, headers=headers)

    def fresh(self, start: int, count: int = 1) -> httpx.Response:
        wanted = {"start": start, "count": count}
        response = self._http.post(f"{self.path}/presigned-urls", json=wanted)
        if response.is_success:
            self.urls |= {url["chunk_index"]: url["url"] for url in response.json()["upload_urls"]}
        return response

    def report(self, *proofs: tuple[int, str], size: int | None = None) -> httpx.Response:
        chunks = [
            {
                "chunk_index": index,
                "proof": etag,
                "proof_type": "etag",
                "chunk_size": size or len(self.parts[index - 1]),
            }
            for index, etag in proofs
        ]
        return self._http.post(self.path, json={"completed_chunks": chunks})

    def status(self, query: str = "page_limit=50") -> dict[str, Any]:
        answer: dict[str, Any] = self._http.get(f"{self.path}?{query}").json()
        return answer


@pytest.fixture
def upload(emulator: Emulator, content: bytes) -> Iterator[Upload]:
    with client(emulator) as http, storage_client(emulator) as storage:
        yield Upload(http, storage, content)


def asset_file(emulator: Emulator, asset_id: str) -> Path:
    asset = emulator.state.database.get("assets", asset_id)
    assert asset
    return emulator.state.database.media_path(asset["media"])


@pytest.mark.parametrize("transport", ["in process", "server"])
def test_a_file_arrives_in_chunks_in_any_order(
    emulator: Emulator, content: bytes, transport: str
) -> None:
    if transport == "server":
        with (
            serving(emulator) as url,
            httpx.Client(
                base_url=url, timeout=60, headers=KEY, event_hooks={"response": [conforms]}
            ) as http,
            httpx.Client(timeout=60) as storage,
        ):
            _send_all(emulator, Upload(http, storage, content), http)
    else:
        with client(emulator) as http, storage_client(emulator) as storage:
            _send_all(emulator, Upload(http, storage, content), http)


def _send_all(emulator: Emulator, upload: Upload, http: httpx.Client) -> None:
    session, count = upload.session, len(upload.parts)
    asset_id = session["asset_id"]
    assert (session["chunk_size"], session["total_chunks"]) == (CHUNK, count)
    assert len(upload.urls) == 10 < count
    upload.fresh(11, count - 10)
    host = str(http.base_url).rstrip("/").removesuffix("/v1.3")
    assert all(url.startswith(f"{host}/storage/") for url in upload.urls.values())
    assert http.get(f"/assets/{asset_id}").status_code == 404
    order = [*range(count, 0, -1)]
    for number, index in enumerate(order, start=1):
        sent = upload.put(index)
        assert (sent.status_code, sent.content) == (200, b"")
        report = upload.report((index, sent.headers["etag"])).json()
        last = number == count
        assert report["total_completed"] == number
        assert ("url" in report) == last
    assert report["url"] == f"{host}/v1.3/assets/{asset_id}"
    asset = http.get(f"/assets/{asset_id}").json()
    assert (asset["status"], asset["method"], asset["filename"]) == (
        "ready",
        "multipart",
        "clip.mp4",
    )
    assert asset_file(emulator, asset_id).read_bytes() == b"".join(upload.parts)
    assert upload.status()["status"] == "completed"
    assert http.get("/assets/multipart-uploads").json()["data"] == []
    again = upload.report((1, sent.headers["etag"])).json()
    assert (again["processed_chunks"], again["duplicate_chunks"]) == (0, 1)
    folder = emulator.state.database.media_path("x").parent
    assert len([file for file in folder.iterdir() if file.is_file()]) == 1


def test_what_the_session_says_on_its_way(upload: Upload) -> None:
    count = len(upload.parts)
    assert count > 3
    etag = upload.put(1).headers["etag"]
    upload.put(2)
    assert upload.report((1, etag)).json() == {
        "asset_id": upload.session["asset_id"],
        "processed_chunks": 1,
        "duplicate_chunks": 0,
        "total_completed": 1,
    }
    status = upload.status("page=1&page_limit=2")
    now = "2025-01-01T00:00:00.000Z"
    assert status["uploaded_chunks"] == [
        {"index": 1, "status": "completed", "uploaded_at": now, "updated_at": now},
        {"index": 2, "status": "pending", "uploaded_at": None, "updated_at": now},
    ]
    assert status["page_info"]["total_results"] == count
    counts = [status[f"chunks_{name}"] for name in ("completed", "failed", "pending")]
    assert counts == [1, 0, count - 1]
    assert (status["status"], status["uploaded_size"]) == ("active", CHUNK)


def test_the_status_says_when_a_chunk_was_last_completed(
    upload: Upload, clock: VirtualClock
) -> None:
    etag = upload.put(1).headers["etag"]
    for seconds in (60, 60):  # the second report has nothing new
        clock.advance(seconds)
        upload.report((1, etag))
    assert upload.status()["updated_at"] == "2025-01-01T00:01:00.000Z"


def test_a_proof_may_come_without_its_quotes(upload: Upload) -> None:
    etag = upload.put(1).headers["etag"]
    assert upload.report((1, etag.strip('"'))).status_code == 200


def test_a_leaked_api_key_is_noticed(upload: Upload, error_of: Read) -> None:
    response = upload.put(1, headers={**upload.session["upload_headers"], **KEY})
    assert error_of(response)[:2] == (400, "api_key_not_expected")


def test_the_headers_of_the_session_are_signed(upload: Upload, error_of: Read) -> None:
    status, code, message = error_of(upload.put(1, headers={}))
    assert (status, code) == (403, "access_denied")
    assert "`content-type`" in message
    upload.fresh(1)
    assert upload.put(1, headers={}).status_code == 200


def test_a_url_works_once(upload: Upload, error_of: Read) -> None:
    assert upload.put(1).status_code == 200
    assert error_of(upload.put(1)) == (403, "access_denied", "The URL has been used.")
    upload.fresh(1)
    again = upload.put(1)
    assert again.status_code == 200
    upload.report((1, again.headers["etag"]))
    upload.fresh(1)
    assert error_of(upload.put(1))[0] == 403  # complete


def test_a_url_works_for_an_hour(upload: Upload, clock: VirtualClock, error_of: Read) -> None:
    clock.advance(3599)
    assert upload.put(1).status_code == 200
    clock.advance(1)
    assert error_of(upload.put(2)) == (403, "access_denied", "The URL has expired.")
    fresh = upload.fresh(2, 2).json()
    assert (fresh["start_index"], fresh["count"]) == (2, 2)
    assert fresh["generated_at"] == "2025-01-01T01:00:00.000Z"
    assert fresh["expires_at"] == "2025-01-01T02:00:00.000Z"
    assert upload.put(2).status_code == 200


def test_a_session_ends_after_a_day(
    emulator: Emulator, upload: Upload, clock: VirtualClock, error_of: Read
) -> None:
    etag = upload.put(1).headers["etag"]
    clock.advance(23.5 * 3600)
    upload.fresh(2)
    clock.advance(0.5 * 3600)
    assert error_of(upload.put(2)) == (403, "access_denied", "The upload has ended.")
    for response in (upload.fresh(2), upload.report((1, etag))):
        assert error_of(response)[:2] == (400, "parameter_invalid")
    assert upload.status()["status"] == "expired"
    folder = emulator.state.database.media_path("x").parent
    assert [file for file in folder.iterdir() if file.is_file()] == []
    with client(emulator) as http:
        (listed,) = http.get("/assets/multipart-uploads").json()["data"]
    assert listed["status"] == "expired"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda url: url.replace("signature=", "signature=0"), 403),
        (lambda url: url.replace("expires=", "expires=9"), 403),
        (lambda url: url.replace("/1?", "/2?"), 403),
        (lambda url: url.partition("?")[0], 403),
        (lambda url: url.replace("/1?", "/99999?"), 403),
        (lambda url: url.replace("/1?", "/x?"), 404),
        (lambda url: url.replace("/1?", f"/{'1' * 5000}?"), 404),
        (lambda url: url.replace("/1?", "/1/2?"), 404),
        (lambda url: url.replace("/storage/", "/storage/0"), 404),
    ],
)
def test_urls_cannot_be_made_up(
    upload: Upload, error_of: Read, change: Callable[[str], str], status: int
) -> None:
    upload.urls[1] = change(upload.urls[1])
    assert error_of(upload.put(1))[0] == status


def test_storage_takes_nothing_but_puts(emulator: Emulator, upload: Upload) -> None:
    with storage_client(emulator) as storage:
        assert storage.get(upload.urls[1]).status_code == 405


def test_too_much_for_a_chunk_does_not_touch_the_next(
    emulator: Emulator, upload: Upload, error_of: Read
) -> None:
    second = upload.put(2)
    assert error_of(upload.put(1, bytes(CHUNK + 1)))[:2] == (400, "entity_too_large")
    session = emulator.state.database.get("multipart_uploads", upload.session["upload_id"])
    assert session
    kept = emulator.state.database.media_path(session["media"]).read_bytes()
    assert kept[CHUNK : 2 * CHUNK] == upload.parts[1]
    assert upload.report((2, second.headers["etag"])).status_code == 200


def test_a_chunk_that_is_too_small_fails_and_can_be_sent_again(
    upload: Upload, error_of: Read
) -> None:
    etag = upload.put(1, b"abc").headers["etag"]
    status, code, message = error_of(upload.report((1, etag), size=3))
    assert (status, code) == (400, "parameter_invalid")
    assert "Chunk 1 should have 8000 bytes." in message
    (first, *_) = upload.status()["uploaded_chunks"]
    assert (first["status"], first["error"]) == ("failed", "Chunk 1 should have 8000 bytes.")
    assert upload.status()["chunks_failed"] == 1
    upload.fresh(1)
    etag = upload.put(1).headers["etag"]
    assert upload.report((1, etag)).status_code == 200
    assert upload.status()["chunks_failed"] == 0


def test_a_proof_has_to_be_right(upload: Upload, error_of: Read) -> None:
    upload.put(1)
    responses = [upload.report((1, "0" * 32)), upload.report((2, "0" * 32))]
    for response in responses:
        assert error_of(response)[:2] == (400, "parameter_invalid")
    assert "The proof of chunk 1 is not the ETag" in error_of(responses[0])[2]
    assert "Chunk 2 has not been received." in error_of(responses[1])[2]


def test_a_second_attempt_that_breaks_off_takes_the_first_back(
    emulator: Emulator, upload: Upload, error_of: Read
) -> None:
    etag = upload.put(1).headers["etag"]
    upload.fresh(1)

    def broken() -> Iterator[bytes]:
        yield b"other"
        raise ConnectionResetError

    with storage_client(emulator) as storage, pytest.raises(ConnectionResetError):
        storage.put(upload.urls[1], content=broken())
    assert "has not been received" in error_of(upload.report((1, etag)))[2]


def test_numbers_beyond_the_last_chunk(upload: Upload, error_of: Read) -> None:
    last = len(upload.parts)
    for response in (upload.fresh(last + 1), upload.fresh(last, 2)):
        status, code, message = error_of(response)
        assert (status, code) == (400, "parameter_invalid")
        assert message.endswith(f"The chunks are 1 to {last}.")
    upload.parts.append(b"x")
    assert error_of(upload.report((last + 1, "x")))[:2] == (400, "parameter_invalid")


def test_an_unknown_session(in_process: httpx.Client, error_of: Read) -> None:
    path = "/assets/multipart-uploads/nope"
    chunk = {"chunk_index": 1, "proof": "x", "proof_type": "etag", "chunk_size": 1}
    for response in (
        in_process.get(path),
        in_process.post(path, json={"completed_chunks": [chunk]}),
        in_process.post(f"{path}/presigned-urls", json={"start": 1, "count": 1}),
    ):
        assert error_of(response) == (
            404,
            "resource_not_exist",
            "Resource with id `nope` does not exist in `multipart_uploads`.",
        )
        assert "error" in response.json()


def test_what_a_session_cannot_be(in_process: httpx.Client, error_of: Read) -> None:
    good = {"filename": "a.jpg", "type": "image", "total_size": assets.MAX_IMAGE}
    for change in ({"total_size": assets.MAX_IMAGE + 1}, {"enable_hls": True}, {"type": "text"}):
        response = in_process.post("/assets/multipart-uploads", json=good | change)
        assert error_of(response)[:2] == (400, "parameter_invalid")
        assert f"`{next(iter(change))}`" in error_of(response)[2]
    assert in_process.post("/assets/multipart-uploads", json=good).status_code == 201


def test_a_session_survives_a_restart(tmp_path: Path, content: bytes) -> None:
    db = tmp_path / "db"
    with Emulator(db=db, chunk_size=CHUNK) as emulator, client(emulator) as http:
        upload = Upload(http, storage_client(emulator), content)
        first = upload.put(1).headers["etag"]
    with Emulator(db=db, chunk_size=CHUNK) as emulator, client(emulator) as http:
        upload._http, upload._storage = http, storage_client(emulator)
        assert upload.report((1, first)).status_code == 200
        for index in range(2, len(upload.parts) + 1):
            if index not in upload.urls:
                upload.fresh(index)
            report = upload.report((index, upload.put(index).headers["etag"]))
        assert "url" in report.json()
        found = asset_file(emulator, upload.session["asset_id"]).read_bytes()
        assert found == content
