"""What the emulator does not do for others: foreign files, other users, foreign pages."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from dodeca.emulator import Emulator, faults, serving
from dodeca.emulator.database import Database
from dodeca.emulator.requests.bodies import MAX_PARTS
from dodeca.emulator.schema import FORMAT

from .conftest import KEY, client
from .library import index, video

Read = Callable[[httpx.Response], tuple[int, str, str]]


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_does_not_lead_out_of_the_media_folder(tmp_path: Path, media: Path) -> None:
    folder, outside = tmp_path / "media", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.jpg").write_bytes((media / "purple.jpg").read_bytes())
    (folder / "real.jpg").write_bytes((media / "purple.jpg").read_bytes())
    (folder / "out.jpg").symlink_to(outside / "secret.jpg")
    (folder / "in.jpg").symlink_to(folder / "real.jpg")
    (folder / "bucket").symlink_to(outside, target_is_directory=True)
    with Emulator(media=folder) as emulator, client(emulator) as http:

        def embed(name: str) -> int:
            block = {"media_source": {"url": f"https://example.org/{name}"}}
            body = {"input_type": "image", "model_name": "marengo3.0", "image": block}
            return http.post("/embed-v2", json=body).status_code

        assert [embed(name) for name in ("real.jpg", "in.jpg", "out.jpg")] == [200, 200, 400]
        path = f"/tasks/transfers/import/bucket/status?index_id={index(http)}"
        assert "secret.jpg" not in http.get(path).text
        assert "out.jpg" not in http.get(path).text


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes")
def test_only_the_owner_reads_what_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "emulator.sqlite"
    path.touch(0o644)
    with Emulator(db=path) as emulator, client(emulator) as http:
        http.post("/assets", data={"method": "direct"}, files={"file": ("a.bin", b"abc")})
        modes = {
            file.name.removeprefix(path.name): stat.S_IMODE(file.stat().st_mode)
            for file in tmp_path.iterdir()
        }
    assert modes == {"": 0o600, "-wal": 0o600, ".media": 0o700}


def test_a_page_whose_name_leads_here_is_refused(emulator: Emulator) -> None:
    with serving(emulator) as url, httpx.Client(headers=KEY, timeout=60) as http:
        for host, status in (
            ("localhost", 200),
            ("127.0.0.1:8112", 200),
            ("[::1]:8112", 200),
            ("attacker.example", 421),
            ("attacker.example:8112", 421),
            ("127.0.0.1.attacker.example", 421),
        ):
            assert http.get(f"{url}/indexes", headers={"host": host}).status_code == status, host


@pytest.mark.parametrize("header", [b"429; retry_after=\xff", b"502; retry_after=\xe2\x82\xac"])
def test_a_fault_with_bytes_beyond_ascii(emulator: Emulator, header: bytes) -> None:
    with serving(emulator) as url, httpx.Client(headers=KEY, timeout=60) as http:
        response = http.get(f"{url}/indexes", headers=[(faults.HEADER.encode(), header)])
        assert (response.status_code, response.json()["code"]) == (400, "parameter_invalid")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="the system has no SIGHUP")
def test_a_terminal_that_closes_leaves_no_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dodeca.emulator", "--port", "0"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert b"http://" in process.stdout.readline()
        assert list(tmp_path.glob("dodeca-*"))
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert not list(tmp_path.glob("dodeca-*"))


def test_a_form_has_a_thousand_parts_at_most(in_process: httpx.Client, error_of: Read) -> None:
    files = [(f"field{number}", (None, "a")) for number in range(MAX_PARTS + 1)]
    error = error_of(in_process.post("/tasks", files=files))
    assert error[:2] == (400, "parameter_invalid")
    assert "1000 parts" in error[2]


@pytest.fixture
def silent_web() -> Iterator[str]:
    """A server that responds when the test ends."""
    ends = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ends.wait()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/a.jpg"
        ends.set()
        server.shutdown()


def test_slow_urls_do_not_hold_up_other_requests(emulator: Emulator, silent_web: str) -> None:
    block = {"media_source": {"url": silent_web}}
    body = {"input_type": "image", "model_name": "marengo3.0", "image": block}
    with serving(emulator) as url, httpx.Client(headers=KEY, timeout=60) as http:

        def create() -> None:
            try:
                httpx.post(f"{url}/embed-v2", json=body, headers=KEY, timeout=60)
            except httpx.TransportError:
                return  # the server ends first

        threads = [threading.Thread(target=create, daemon=True) for _ in range(45)]
        for thread in threads:
            thread.start()
        # Each of them waits until the test ends, so that this one would wait for ever.
        assert http.get(f"{url}/indexes").status_code == 200


_FORMAT_1 = """
CREATE TABLE old (seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL,
  id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (collection, id));
INSERT INTO old SELECT seq, collection, id, body FROM documents;
DROP TABLE documents;
ALTER TABLE old RENAME TO documents;
DROP TABLE vectors;
CREATE TABLE vectors (collection TEXT NOT NULL, id TEXT NOT NULL, width INTEGER NOT NULL,
  floats BLOB NOT NULL, PRIMARY KEY (collection, id)) WITHOUT ROWID;
INSERT INTO vectors SELECT collection, id, 512, zeroblob(2048) FROM documents
  WHERE collection = 'videos';
PRAGMA user_version = 0;
"""


def test_the_videos_of_an_earlier_format_are_embedded_again(tmp_path: Path, media: Path) -> None:
    path = tmp_path / "emulator.sqlite"
    with Emulator(db=path, media=media) as emulator, client(emulator) as http:
        video_id = video(http, index(http), "silent.mp4")
        expected = emulator.state.database.segments("videos", video_id)
    with sqlite3.connect(path) as database:
        database.executescript(_FORMAT_1)
    database.close()
    for _ in range(2):
        with Emulator(db=path, media=media) as emulator:
            found = emulator.state.database.segments("videos", video_id)
            assert found is not None
            assert expected is not None
            assert (found.vectors == expected.vectors).all()
            assert found.about == expected.about
    assert _format(path) == FORMAT


def test_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "emulator.sqlite"
    Database(path).close()
    assert _format(path) == FORMAT
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {FORMAT + 1}")
    database.close()
    with pytest.raises(sqlite3.DatabaseError, match=rf"emulator\.sqlite has format {FORMAT + 1}"):
        Database(path)
    assert _format(path) == FORMAT + 1


def _format(path: Path) -> int:
    database = sqlite3.connect(path)
    (found,) = database.execute("PRAGMA user_version").fetchone()
    database.close()
    return int(found)
