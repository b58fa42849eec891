from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.requests import bodies
from dodeca.emulator.requests.bodies import FormBody, JSONBody

BOUNDARY = "multipart/form-data; boundary=xyz"


class Place:
    """Hands out names in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def __call__(self) -> Path:
        self._count += 1
        return self.folder / str(self._count)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def form(place: Place, content_type: str = BOUNDARY) -> FormBody:
    return FormBody(content_type, binary={"file"}, new_path=place)


def part(disposition: str, content: bytes, *headers: str) -> bytes:
    lines = [f"--xyz\r\nContent-Disposition: form-data; {disposition}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content + b"\r\n"


END = b"--xyz--\r\n"


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_what_httpx_sends_is_taken_apart_in_any_pieces(place: Place, step: int) -> None:
    content = bytes(range(256)) * 20 + b"\r\n--xyz"
    request = httpx.Request(
        "POST",
        "http://x",
        data={"name": "café", "several": ["a", "b"], "empty": ""},
        files={"file": ('a"b é.mp4', content, "video/mp4")},
    )
    whole = request.read()
    body = form(place, request.headers["content-type"])
    for start in range(0, len(whole), step):
        body.feed(whole[start : start + step])
    body.finish()
    assert body.fields == {"name": ["café"], "several": ["a", "b"], "empty": [""]}
    (upload,) = body.files["file"]
    assert (upload.filename, upload.content_type, upload.size) == (
        'a"b é.mp4',
        "video/mp4",
        len(content),
    )
    assert upload.path.read_bytes() == content
    body.close()
    assert list(place.folder.iterdir()) == []


def test_a_binary_field_is_a_file_even_without_a_filename(place: Place) -> None:
    body = form(place)
    body.feed(part('name="file"', b"abc") + END)
    body.finish()
    assert body.files["file"][0].path.read_bytes() == b"abc"
    assert body.files["file"][0].filename == ""
    body.close()


@pytest.mark.parametrize("name", ["/etc/passwd", "..\\..\\passwd", "passwd"])
def test_only_the_last_part_of_a_filename_counts(place: Place, name: str) -> None:
    body = form(place)
    escaped = name.replace("\\", "\\\\")
    body.feed(part(f'name="file"; filename="{escaped}"', b"abc") + END)
    body.finish()
    assert body.files["file"][0].filename == "passwd"
    body.close()


def test_a_file_that_is_received_moves_away_before_the_form_is_closed(place: Place) -> None:
    body = form(place)
    body.feed(part('name="file"', b"abc") + END)
    body.finish()
    body.files["file"][0].path.rename(place.folder / "kept")
    body.close()
    assert [file.name for file in place.folder.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"--xyz\r\n",
        part('name="file"; filename="a"', b"abc"),
        part('name="file"; filename="a"', b"abc")[:-4],
        part('name="a"', b"abc") + b"--xy",
    ],
)
def test_a_form_that_is_cut_off_is_refused_and_leaves_nothing(place: Place, sent: bytes) -> None:
    body = form(place)
    body.feed(sent)
    with pytest.raises(ErrorResponse, match="incomplete"):
        body.finish()
    body.close()
    assert list(place.folder.iterdir()) == []


def test_what_is_no_form_is_refused(place: Place) -> None:
    with pytest.raises(ErrorResponse, match="not a valid multipart form"):
        form(place).feed(b"{}")


@pytest.mark.parametrize("boundary", ["", "; boundary=", f"; boundary={'x' * 1000}"])
def test_a_form_needs_a_boundary(place: Place, boundary: str) -> None:
    with pytest.raises(ErrorResponse, match="boundary"):
        form(place, f"multipart/form-data{boundary}")


def test_a_file_field_may_be_repeated(place: Place) -> None:
    body = form(place)
    body.feed(part('name="file"', b"abc") + part('name="file"', b"def") + END)
    body.finish()
    assert [upload.path.read_bytes() for upload in body.files["file"]] == [b"abc", b"def"]
    body.close()
    assert list(place.folder.iterdir()) == []


def test_an_empty_file_field_counts_for_nothing(place: Place) -> None:
    body = form(place)
    body.feed(part('name="file"; filename=""', b"") + part('name="file"; filename="a"', b"") + END)
    body.finish()
    assert [upload.filename for upload in body.files["file"]] == ["a"]
    body.close()
    assert list(place.folder.iterdir()) == []


def test_text_fields_have_a_limit_and_files_have_none(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_FIELDS", 100)
    body = form(place)
    body.feed(part('name="file"', b"a" * 1000) + part('name="a"', b"b" * 100))
    with pytest.raises(ErrorResponse) as caught:
        body.feed(part('name="c"', b"d"))
    assert caught.value.status == 413
    body.close()


@given(st.dictionaries(st.text(min_size=1), st.lists(st.binary(), min_size=1, max_size=2)))
def test_whatever_comes_ends_in_fields_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, list[bytes]]
) -> None:
    place = Place(tmp_path_factory.mktemp("form"))
    body = form(place)
    with suppress(ErrorResponse):
        for name, values in fields.items():
            for value in values:
                body.feed(part(f'name="{name}"', value))
        body.feed(END)
        body.finish()
    body.close()
    assert list(place.folder.iterdir()) == []


def fed(*chunks: bytes) -> JSONBody:
    body = JSONBody()
    for chunk in chunks:
        body.feed(chunk)
    body.finish()
    return body


def test_json_arrives_in_pieces() -> None:
    assert fed(b'{"a":', b" [1, 2]}").value == {"a": [1, 2]}
    assert fed().value is None


@pytest.mark.parametrize("text", [b"{", b"nan", b'"\xff"', b"[" * 2000, b"{} {}"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ErrorResponse) as caught:
        fed(text)
    assert (caught.value.status, caught.value.code) == (400, "parameter_invalid")


def test_json_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_JSON", 10)
    with pytest.raises(ErrorResponse) as caught:
        fed(b'"', b"x" * 10)
    assert caught.value.status == 413
