# From tests/_async/test_upload.py by scripts/unasync.py; edit that one.
"""Whole uploads, against a small service and its storage."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca import Client, Media
from dodeca.errors import (
    AuthenticationError,
    InvalidMediaError,
    InvalidRequestError,
    InvalidResponseError,
    ServerError,
)
from tests.scripted import Server
from tests.seams import on_clock, upload_in_chunks_from

CHUNK = 1_000
CONTENT = bytes(range(256)) * 40  # 10 chunks of 1,000 bytes and one of 240


class Service(Server):
    """An API that opens uploads and a storage that takes their chunks; keeps who asked for what."""

    def __init__(self, *, chunk_size: int = CHUNK, first_urls: int = 2) -> None:
        self.chunk_size = chunk_size
        self.first_urls = first_urls
        self.scheme, self.host = "https", "storage.example"
        self.total = 0
        self.chunks: dict[int, bytes] = {}
        self.reported: dict[int, dict[str, Any]] = {}
        self.signature = 0
        self.used: set[str] = set()
        self.lines: list[str] = []
        self.puts: list[httpx.Request] = []
        self.trouble: dict[int, list[int]] = {}
        self._lock = threading.Lock()

    @property
    def whole(self) -> bytes:
        """The bytes that arrived, in order."""
        return b"".join(self.chunks[index] for index in sorted(self.chunks))

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            if request.url.host == "storage.example":
                return self._put(request)
            path = request.url.path.removeprefix("/v1.3")
            self.lines.append(f"{request.method} {path}")
            body = orjson.loads(request.content) if request.method == "POST" else {}
            status, found = self._api(request.method, path, body, request.url.params)
            return httpx.Response(status, json=found)

    def _api(self, method: str, path: str, body: Any, query: Any) -> tuple[int, object]:
        match method, path:
            case "POST", "/assets/multipart-uploads":
                self.total = body["total_size"]
                return 201, dict(
                    **self._session(),
                    upload_urls=self._urls(1, min(self.first_urls, self.count)),
                    upload_headers={"x-storage-class": "cold"},
                )
            case "GET", "/assets/multipart-uploads":
                return 200, {"data": [self._session()], "page_info": {}}
            case "GET", "/assets/multipart-uploads/u1":
                return 200, self._chunks(int(query["page"]), int(query["page_limit"]))
            case "POST", "/assets/multipart-uploads/u1/presigned-urls":
                return 200, {"upload_urls": self._urls(body["start"], body["count"])}
            case "POST", "/assets/multipart-uploads/u1":
                return 200, self._report(body["completed_chunks"])
            case "GET", "/assets/a1":
                return 200, {"_id": "a1", "status": "ready"}
        return 404, {"code": "resource_not_exist", "message": path}

    @property
    def count(self) -> int:
        """How many chunks there are."""
        return -(-self.total // self.chunk_size)

    def _session(self) -> dict[str, Any]:
        return {
            "upload_id": "u1",
            "asset_id": "a1",
            "status": "active",
            "total_size": self.total,
            "chunk_size": self.chunk_size,
            "total_chunks": self.count,
            "created_at": "2026-01-02T03:04:05Z",
            "expires_at": "2026-01-03T03:04:05Z",
        }

    def _urls(self, start: int, count: int) -> list[dict[str, Any]]:
        assert 1 <= start <= start + count - 1 <= self.count
        self.signature += 1
        base = f"{self.scheme}://{self.host}"
        return [
            {"chunk_index": index, "url": f"{base}/{index}?signature={self.signature}"}
            for index in range(start, start + count)
        ]

    def _chunks(self, page: int, limit: int) -> dict[str, Any]:
        states = [
            {"index": index, "status": "completed" if index in self.reported else "pending"}
            for index in range(1, self.count + 1)
        ]
        info = {"page": page, "total_page": -(-self.count // limit)}
        return {
            "upload_id": "u1",
            "status": "active",
            "uploaded_chunks": states[(page - 1) * limit : page * limit],
            "page_info": info,
        }

    def _report(self, chunks: list[dict[str, Any]]) -> dict[str, Any]:
        for chunk in chunks:
            assert chunk["proof"] == _etag(self.chunks[chunk["chunk_index"]])
            self.reported[chunk["chunk_index"]] = chunk
        return {
            "asset_id": "a1",
            "processed_chunks": len(chunks),
            "duplicate_chunks": 0,
            "total_completed": len(self.reported),
        }

    def _put(self, request: httpx.Request) -> httpx.Response:
        self.puts.append(request)
        index = int(request.url.path.removeprefix("/"))
        if self.trouble.get(index):
            return httpx.Response(self.trouble[index].pop(0))
        if str(request.url) in self.used:
            return httpx.Response(403, content=b"<Error>the URL has been used</Error>")
        self.used.add(str(request.url))
        self.chunks[index] = request.content
        return httpx.Response(200, headers={"ETag": f'"{_etag(request.content)}"'})


def _etag(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of more bytes than go into one call, in this module."""
    upload_in_chunks_from(monkeypatch, CHUNK)
    path = tmp_path / "film.mp4"
    path.write_bytes(CONTENT)
    return path


def client_of(service: Service) -> Client:
    """A client of the service, on a clock that makes nobody wait."""
    return on_clock(Client("tlk_test", transport=service))


def test_a_file_goes_up_in_chunks_that_are_reported(film: Path) -> None:
    service, seen = Service(), []
    with client_of(service) as client:
        job = client.assets.upload(
            film, user_metadata={"n": 1}, enable_hls=True, on_progress=seen.append
        )
        assert job.wait().id == "a1"
    assert service.whole == CONTENT
    assert [len(service.chunks[index]) for index in range(1, 12)] == [CHUNK] * 10 + [240]
    assert {i: chunk["chunk_size"] for i, chunk in service.reported.items()} == {
        **dict.fromkeys(range(1, 11), CHUNK),
        11: 240,
    }
    assert service.lines[0] == "POST /assets/multipart-uploads"
    assert [state.sent_chunks for state in seen] == list(range(1, 12))
    assert [state.sent_bytes for state in seen] == sorted(state.sent_bytes for state in seen)
    last = seen[-1]
    assert (last.upload_id, last.asset_id) == ("u1", "a1")
    assert (last.sent_bytes, last.total_bytes, last.total_chunks) == (len(CONTENT), 10_240, 11)


def test_storage_gets_its_own_headers_and_nothing_of_ours(film: Path) -> None:
    service = Service()
    with client_of(service) as client:
        client.assets.upload(film)
    for request in service.puts:
        usual = {"host", "user-agent", "accept-encoding", "content-length"}
        assert set(request.headers) == usual | {"x-storage-class"}
        assert request.headers["x-storage-class"] == "cold"
        assert int(request.headers["content-length"]) == len(request.content)
        assert b"tlk_test" not in request.content + request.url.raw_path


def test_urls_are_asked_for_as_they_are_needed(film: Path) -> None:
    service = Service(first_urls=2)
    with client_of(service) as client:
        client.assets.upload(film)
    asked = [line for line in service.lines if line.endswith("presigned-urls")]
    assert len(asked) == 1
    assert len(service.puts) == 11


def test_an_expired_url_is_replaced(film: Path) -> None:
    service = Service(first_urls=11)
    service.trouble = {3: [403], 7: [403, 403]}
    with client_of(service) as client:
        client.assets.upload(film)
    assert service.whole == CONTENT
    third = [request.url.query for request in service.puts if request.url.path == "/3"]
    assert third[0] == b"signature=1"
    assert third[1] != third[0]
    assert len(third) == 2


def test_a_storage_that_goes_on_refusing_is_an_error(film: Path) -> None:
    service = Service()
    service.trouble = {3: [403] * 9}
    with client_of(service) as client:
        with pytest.raises(AuthenticationError):
            client.assets.upload(film)
    assert len(service.trouble[3]) == 6


def test_a_chunk_is_sent_again_when_the_storage_fails(film: Path) -> None:
    service = Service()
    service.trouble = {2: [500], 5: [503, 429]}
    with client_of(service) as client:
        client.assets.upload(film)
    assert service.whole == CONTENT
    assert len(service.puts) == 11 + 3


def test_a_storage_that_goes_on_failing_is_an_error(film: Path) -> None:
    service = Service()
    service.trouble = {2: [500] * 9}
    with client_of(service) as client:
        with pytest.raises(ServerError):
            client.assets.upload(film)
    assert len(service.trouble[2]) == 6


def test_an_upload_goes_on_where_it_was_interrupted(film: Path) -> None:
    service, seen = Service(), []
    service.trouble = {6: [400]}
    with client_of(service) as client:
        with pytest.raises(Exception, match="400"):
            client.assets.upload(film, on_progress=seen.append)
    had = set(service.reported)
    assert 0 < len(had) < 11
    service.puts.clear()
    service.trouble.clear()
    later = []
    with client_of(service) as client:
        job = client.assets.upload(film, upload_id=seen[-1].upload_id, on_progress=later.append)
        assert job.wait().status == "ready"
    sent = {int(request.url.path.removeprefix("/")) for request in service.puts}
    assert sent == set(range(1, 12)) - had
    assert service.whole == CONTENT
    assert [state.sent_chunks for state in later] == list(range(len(had) + 1, 12))


def test_many_chunks_are_counted_over_all_pages(film: Path) -> None:
    service = Service(chunk_size=100)
    with client_of(service) as client:
        client.assets.upload(film)
        assert service.whole == CONTENT
        del service.reported[101]
        service.puts.clear()
        client.assets.upload(film, upload_id="u1")
    assert [request.url.path for request in service.puts] == ["/101"]


def test_another_file_is_not_taken_for_the_one_begun(film: Path) -> None:
    service = Service()
    with client_of(service) as client:
        client.assets.upload(film)
        service.puts.clear()
        other = Media.data(CONTENT + b"more", filename="film.mp4")
        with pytest.raises(InvalidMediaError, match="10240 bytes"):
            client.assets.upload(other, upload_id="u1")
        with pytest.raises(InvalidRequestError, match="no unfinished upload 'u2'"):
            client.assets.upload(film, upload_id="u2")
    assert service.puts == []


def test_a_file_that_shrinks_on_the_way_is_noticed(film: Path) -> None:
    service = Service()
    with client_of(service) as client:
        with pytest.raises(InvalidMediaError, match=r"changed|is empty"):
            client.assets.upload(film, on_progress=lambda _: film.write_bytes(b"short"))


def test_an_upload_url_that_is_not_https_is_refused(film: Path) -> None:
    service = Service()
    service.scheme = "http"
    with client_of(service) as client:
        with pytest.raises(InvalidResponseError, match="not https"):
            client.assets.upload(film)
    assert service.puts == []


def test_a_progress_that_raises_ends_the_upload(film: Path) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("enough")

    service = Service()
    with client_of(service) as client:
        with pytest.raises(RuntimeError, match="enough"):
            client.assets.upload(film, on_progress=refuse)
    assert len(service.chunks) < 11


def test_bytes_in_memory_are_a_source_too(film: Path) -> None:
    service = Service()
    with client_of(service) as client:
        client.assets.upload(Media.data(CONTENT, filename="film.mp4"))
    assert service.whole == CONTENT


def test_a_file_of_more_than_200_mb_goes_in_chunks_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20 + 1)
    service = Service(chunk_size=64 * 2**20)
    with client_of(service) as client:
        client.assets.upload(path)
    assert [len(service.chunks[index]) for index in range(1, 5)] == [
        64 * 2**20,
        64 * 2**20,
        64 * 2**20,
        8 * 2**20 + 1,
    ]


@pytest.mark.parametrize("host", ["10.0.0.7", "127.0.0.1", "169.254.169.254", "localhost", "[::1]"])
def test_an_upload_url_into_a_private_network_is_refused(film: Path, host: str) -> None:
    service = Service()
    service.host = host
    with client_of(service) as client:
        with pytest.raises(InvalidResponseError, match="private"):
            client.assets.upload(film)
    assert service.puts == []


@pytest.mark.parametrize("empty", [{"upload_id": ""}, {"chunk_size": 0}])
def test_a_session_without_an_id_or_a_chunk_size_is_an_invalid_response(
    film: Path, empty: dict[str, Any]
) -> None:
    class Careless(Service):
        def _session(self) -> dict[str, Any]:
            return super()._session() | empty

    service = Careless()
    with client_of(service) as client:
        with pytest.raises(InvalidResponseError, match="no id or no chunk size"):
            client.assets.upload(film)
    assert service.puts == []
