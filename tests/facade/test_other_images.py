"""Images of formats that the service does not take, whatever their names say."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dodeca import Client, Media
from dodeca._base.image_headers import heif_format, is_animated_gif
from dodeca.errors import InvalidMediaError
from dodeca.video.probe import probe


def gif(*colours: str) -> bytes:
    content = io.BytesIO()
    frames = [Image.new("RGB", (360, 360), colour) for colour in colours]
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:], duration=2500)
    return content.getvalue()


def pillow(form: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (360, 360), "red").save(content, form)
    return content.getvalue()


OTHER = {
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
    "avif": pillow("AVIF"),
    "gif": gif("red"),
    "webp": pillow("WEBP"),
    "bmp": pillow("BMP"),
    "tiff": pillow("TIFF"),
    "jxl": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(100),
}
CALLS: dict[str, Callable[[Client, Media], Any]] = {
    "image": lambda client, media: client.embed.image(media),
    "text_image": lambda client, media: client.embed.text_image("red", media),
    "video": lambda client, media: client.embed.video(media),
    "audio": lambda client, media: client.embed.audio(media),
    "video by a task": lambda client, media: client.embed.video(media, via="task"),
    "a task": lambda client, media: client.embed.tasks.video(media),
    "version 1": lambda client, media: client.embed_v1.create(image=media),
    "a task of version 1": lambda client, media: client.embed_v1.tasks.create(media),
    "an index": lambda client, media: client.tasks.create("i1", media),
    "an analysis": lambda client, media: client.analyze("?", video=media),
    "a stream": lambda client, media: client.analyze.stream("?", video=media),
    "a task of an analysis": lambda client, media: client.analyze.tasks.create("?", video=media),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("form", "content"), OTHER.items(), ids=OTHER)
def test_they_are_refused_with_how_to_convert_them(
    form: str, content: bytes, call: Callable[[Client, Media], Any]
) -> None:
    tool = "heif-convert INPUT" if form == "heic" else "ffmpeg -i INPUT -frames:v 1"
    with (
        Client.emulated() as client,
        pytest.raises(InvalidMediaError, match=rf"{form}\)?; to convert it: {tool} OUTPUT.png"),
    ):
        call(client, Media.data(content, filename="named.mp4"))


def test_a_run_refuses_them_as_well(tmp_path: Any) -> None:
    path = tmp_path / "named.mp4"
    path.write_bytes(OTHER["avif"])
    message = "(avif); to convert it: ffmpeg"
    with Client.emulated() as client:
        for via in ("auto", "task"):
            run = client.embed.run([path], out=tmp_path / via, via=via)  # type: ignore[arg-type]
            assert [message in failure.reason for failure in run.failures] == [True]
        estimate = client.embed.run([path], out=tmp_path / "out", dry_run=True).estimate
        assert estimate is not None
        assert [message in rejection.reason for rejection in estimate.rejected] == [True]
        assert list(client.assets.list()) == []


@pytest.mark.parametrize("name", ["avif", "gif", "webp", "bmp", "tiff"])
def test_the_probe_calls_them_images(name: str) -> None:
    assert (probe(OTHER[name]).kind, probe(OTHER[name]).format) == ("image", name)


def test_a_gif_of_several_frames_is_a_video() -> None:
    content = gif("red", "blue")
    assert (probe(content).kind, probe(content).duration) == ("video", 5.0)
    with Client.emulated() as client:
        assert len(client.embed.video(Media.data(content, filename="named.gif"))) > 0


@pytest.mark.parametrize(
    ("major", "compatible", "form"),
    [
        ("heic", "mif1heic", "heic"),
        ("mif1", "mif1heic", "heic"),
        ("mif1", "mif1avifmiaf", "avif"),
        ("avif", "avifmif1miaf", "avif"),
        ("isom", "isomiso2avc1mp41", None),
        ("qt  ", "qt  ", None),
        ("", "", None),
    ],
)
def test_brands_of_images(major: str, compatible: str, form: str | None) -> None:
    assert heif_format(major, compatible) == form


@given(st.binary(max_size=60), st.integers(0, 200))
def test_no_bytes_break_the_walk_over_a_gif(content: bytes, place: int) -> None:
    one, two = gif("red"), gif("red", "blue")
    assert not is_animated_gif(io.BytesIO(one))
    assert is_animated_gif(io.BytesIO(two))
    for whole in (one, two):
        is_animated_gif(io.BytesIO(whole[:place] + content))
        is_animated_gif(io.BytesIO(whole[:place] + content + whole[place:]))
