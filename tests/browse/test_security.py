"""Only the page itself, on this machine and with the token, gets anything, and only media."""

import http.client
import os
import socket
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dodeca import Client
from dodeca.browse.guard import content_policy, origin_of
from dodeca.emulator import Emulator, serving
from dodeca.library import Library, open_dataset

from .conftest import HOSTILE, Open, relocate

SECRET = "a secret of this machine"
PATHS = ("", "api/library", "api/playback?source=x", "static/icon.svg", "media/x", "thumbnails/x")
ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has neither such names nor links")


def raw(page: httpx.Client, target: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Send a request whose target and Host are exactly these."""
    port = page.base_url.port
    assert port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest(method, target, skip_host="host" in headers)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def token_of(page: httpx.Client) -> str:
    return page.base_url.path.strip("/")


def test_nothing_is_served_without_the_token(page: httpx.Client) -> None:
    token = token_of(page)
    assert len(token) >= 43  # 256 bits
    for wrong in ("", "x", token[:-1], f"{token}x", token.swapcase(), f"%00{token}", "static"):
        for path in PATHS:
            status, body = raw(page, f"/{wrong}/{path}" if wrong else f"/{path}")
            assert (status, body) == (404, b"Not found")
    status, _ = raw(page, f"/{token}")
    assert status == 307
    assert raw(page, f"/{token}/api/library")[0] == 200


def test_each_server_has_a_token_of_its_own(library: Library, serve: Open) -> None:
    assert token_of(serve(library)) != token_of(serve(library))


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"),
        *(
            "127.0.0.1@evil.example",
            "evil.example#127.0.0.1",
            "192.168.0.1",
            "0.0.0.0",
            "",
            "[::2]",
        ),
    ],
)
def test_another_host_is_refused(page: httpx.Client, host: str) -> None:
    for path in PATHS:
        status, body = raw(page, f"/{token_of(page)}/{path}", host=host)
        assert status == 421
        assert b"this machine only" in body


def test_every_name_of_this_machine_is_served(page: httpx.Client) -> None:
    port = page.base_url.port
    for host in ("localhost", f"127.0.0.1:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert raw(page, f"/{token_of(page)}/api/library", host=host)[0] == 200


def test_only_this_machine_can_connect(page: httpx.Client) -> None:
    """The socket is bound to the loopback address; other addresses of this machine are refused."""
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    others = [str(each) for each in addresses if not str(each).startswith("127.") and each != "::1"]
    for address in others:
        with pytest.raises(OSError):
            socket.create_connection((address, page.base_url.port or 0), timeout=10)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://"]
)
def test_another_origin_is_refused(page: httpx.Client, origin: str) -> None:
    headers = {"origin": origin}
    assert page.get("api/library", headers=headers).status_code == 403
    assert page.post("api/images", content=b"x", headers=headers).status_code == 403
    refused = page.post("api/search", json={"query": {"text": "a"}}, headers=headers)
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers
    preflight = page.options("api/search", headers=headers)
    assert preflight.status_code == 403


def test_the_origin_of_the_page_is_served(page: httpx.Client) -> None:
    origin = f"http://127.0.0.1:{page.base_url.port}"
    headers = {"origin": origin, "sec-fetch-site": "same-origin"}
    assert page.get("api/library", headers=headers).status_code == 200


def test_what_another_site_includes_is_refused(page: httpx.Client, ids: dict[str, str]) -> None:
    """No Origin is sent for a video, image or script that a page elsewhere includes."""
    for site in ("cross-site", "same-site"):
        for path, kind in ((f"media/{ids['clip.mp4']}", "video"), ("api/library", "script")):
            headers = {"sec-fetch-site": site, "sec-fetch-dest": kind}
            assert page.get(path, headers=headers).status_code == 403
        framed = {"sec-fetch-site": site, "sec-fetch-dest": "iframe"}
        assert page.get("", headers=framed).status_code == 403
        linked = {"sec-fetch-site": site, "sec-fetch-dest": "document"}
        assert page.get("", headers=linked).status_code == 200
        assert page.get("api/library", headers=linked).status_code == 403


@pytest.mark.parametrize(
    "climb",
    [
        *("../app.py", "../../_version.py", "%2e%2e/app.py", "..%2fapp.py", "..%5capp.py"),
        *("....//app.py", "/etc/passwd", "%2fetc%2fpasswd", "C:%5cWindows%5cwin.ini", "%00", "."),
        *("../" * 12 + "etc/passwd", "%2e%2e%2f" * 12 + "etc%2fpasswd", "static/../../app.py"),
    ],
)
def test_no_path_leads_out(page: httpx.Client, climb: str) -> None:
    token = token_of(page)
    for folder in ("static", "media", "thumbnails", "waveform", "transcoded", ""):
        status, body = raw(page, f"/{token}/{folder}/{climb}".replace("//", "/", 1))
        assert status in (404, 405), body
        assert b"root:" not in body
        assert b"import" not in body
    name = quote(climb, safe="")
    for query in (f"api/playback?source={name}", f"api/timeline?source={name}&query_id=x"):
        assert raw(page, f"/{token}/{query}")[0] in (400, 404)


@pytest.fixture
def source(
    client: Client, serve: Open, media: Path, vectors: bytes, tmp_path: Path
) -> tuple[httpx.Client, Path, str]:
    """A page of one video, the path of that, and its id."""
    clip, table = tmp_path / "clip.mp4", tmp_path / "vectors.parquet"
    clip.write_bytes((media / "clip.mp4").read_bytes())
    table.write_bytes(vectors)
    relocate(table, str(clip))
    library = open_dataset(table, client)
    return serve(library), clip, library.sources[0].id


def refuse(page: httpx.Client, identity: str) -> None:
    for path in ("media", "thumbnails", "waveform", "transcoded"):
        response = page.get(f"{path}/{identity}", headers={"range": "bytes=0-3"})
        assert response.status_code == 404, path
        assert SECRET not in response.text
    found = page.get("api/playback", params={"source": identity}).json()
    assert found["kind"] == "missing"
    assert found["message"]


@ON_POSIX
@pytest.mark.parametrize("name", ["secret.txt", "secret", ".env", "secret.pdf", "secret.html"])
def test_a_link_to_a_file_that_is_no_media_is_not_followed(
    source: tuple[httpx.Client, Path, str], tmp_path: Path, name: str
) -> None:
    page, clip, identity = source
    (tmp_path / name).write_text(SECRET)
    clip.unlink()
    clip.symlink_to(tmp_path / name)
    refuse(page, identity)


@ON_POSIX
def test_a_link_to_a_video_by_another_name_is_not_followed(
    source: tuple[httpx.Client, Path, str], tmp_path: Path
) -> None:
    page, clip, identity = source
    clip.rename(tmp_path / "private")
    clip.symlink_to(tmp_path / "private")
    refuse(page, identity)


@ON_POSIX
@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "folder", "pipe", "circle"])
def test_what_is_no_file_is_not_read(
    source: tuple[httpx.Client, Path, str], tmp_path: Path, target: str
) -> None:
    page, clip, identity = source
    clip.unlink()
    match target:
        case "folder":
            clip.mkdir()
        case "pipe":
            os.mkfifo(clip)
        case "circle":
            clip.symlink_to(clip)
        case _:
            clip.symlink_to(target)
    refuse(page, identity)


def test_a_file_that_only_has_the_name_of_media_is_not_sent(
    source: tuple[httpx.Client, Path, str],
) -> None:
    page, clip, identity = source
    for content in (SECRET, f"<svg onload='alert(1)'>{SECRET}</svg>", f"#EXTM3U\n{SECRET}"):
        clip.write_text(content)
        refuse(page, identity)


@ON_POSIX
def test_a_link_to_media_is_followed(
    source: tuple[httpx.Client, Path, str], tmp_path: Path
) -> None:
    """Data sets of large files are often links into a store."""
    page, clip, identity = source
    clip.rename(tmp_path / "stored.mp4")
    clip.symlink_to(tmp_path / "stored.mp4")
    response = page.get(f"media/{identity}")
    assert response.content == (tmp_path / "stored.mp4").read_bytes()


@ON_POSIX
def test_a_hostile_name_is_data_and_in_no_header(page: httpx.Client, ids: dict[str, str]) -> None:
    described = page.get("api/library")
    assert described.headers["content-type"] == "application/json"
    assert HOSTILE in {each["name"] for each in described.json()["sources"]}
    identity = ids[HOSTILE]
    played = page.get("api/playback", params={"source": identity}).json()
    assert played["url"] == f"media/{identity}"
    for path in (f"media/{identity}", f"thumbnails/{identity}"):
        response = page.get(path)
        assert response.status_code == 200
        assert "script" not in str(response.headers).replace("script-src", "")


def test_every_response_has_the_headers_that_keep_the_page_to_itself(
    page: httpx.Client, ids: dict[str, str]
) -> None:
    paths = [
        "",
        "api/library",
        "nothing",
        f"media/{ids['clip.mp4']}",
        f"thumbnails/{ids['red.jpg']}",
    ]
    wrong = page.get(page.base_url.join("/wrong/"))
    for response in [*map(page.get, paths), wrong]:
        headers = response.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "server" not in headers
    assert "sandbox" in page.get(paths[3]).headers["content-security-policy"]


def test_the_policy_names_the_links_of_the_library(
    client: Client, serve: Open, vectors: bytes, tmp_path: Path
) -> None:
    def policy_of(*locations: str) -> str:
        path = tmp_path / "vectors.parquet"
        path.write_bytes(vectors)
        relocate(path, *locations)
        library = open_dataset(path, client)
        assert [each.location for each in library.sources] == list(locations)
        return str(serve(library).get("api/library").headers["content-security-policy"])

    assert "https:" not in policy_of("/nowhere/a.mp4", "/b.mp4")
    policy = policy_of(
        *["https://a.example/x.mp4", "https://a.example/y.mp4", "http://b.example:81/z.mp4"],
    )
    assert "media-src 'self' blob: http://b.example:81 https://a.example;" in policy
    assert "connect-src 'self';" in policy


@example("https://a.example; script-src *")
@example("https://a.example 'unsafe-inline'")
@example("https://a.example,b")
@example("https://user:password@a.example:99999/")
@example("http://[::1")
@example("javascript:alert(1)")
@given(
    st.text() | st.text().map("https://{}".format) | st.text().map("https://a.example:{}".format)
)
def test_no_address_adds_to_the_policy(url: str) -> None:
    origin = origin_of(url)
    if origin is not None:
        assert not set(origin) & set(" ;,'\"\n*@")
        policy = content_policy([origin], has_streams=False)
        assert policy.count(";") == content_policy([], has_streams=False).count(";")


def test_the_policy_stays_short_with_many_links() -> None:
    policy = content_policy((f"https://{n}.example" for n in range(1000)), has_streams=False)
    assert "media-src 'self' blob: https:;" in policy
    assert len(policy) < 500
    assert "connect-src 'self' https:;" in content_policy([], has_streams=True)


KEY = "tlk_canary0000000000000000000000"


def test_an_error_of_the_service_is_reported_without_the_key(dataset: Path, serve: Open) -> None:
    with Emulator(api_key="another") as emulator, serving(emulator) as url:
        client = Client(api_key=KEY, base_url=url)
        page = serve(open_dataset(dataset, client))
        refused = page.post("api/search", json={"query": {"text": "a text that nobody kept"}})
    assert refused.status_code == 502
    assert "api_key_invalid" in refused.json()["error"]
    lost = page.post("api/search", json={"query": {"text": "a text that nobody kept"}})
    assert lost.status_code == 502
    for response in (refused, lost, page.get("api/library")):
        assert KEY not in response.text
    client.close()
