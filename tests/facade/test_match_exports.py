"""Matches as CSV, captions and edit lists: what is written is read back by other programs."""

from __future__ import annotations

import html
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

import attrs
import av
import numpy as np
import opentimelineio as otio
import pandas as pd
import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client, segmentation
from dodeca._base.files import safe_name
from dodeca.embeddings import Match, Matches, Segment
from dodeca.emulator import samples
from dodeca.emulator.samples import Tone
from dodeca.errors import ConfigurationError, InvalidRequestError
from tests.depth import depth

RATES = (24000 / 1001, 24, 25, 30000 / 1001, 30, 48, 50, 60000 / 1001, 60)
HOSTILE = (
    '=1+1\n001  X V C "<script>alert(1)</script>" {\\an8} --> \\N -->\r\n'
    "TITLE: no\x00\x1b[31m\u2028.mp4"
)
VECTOR = np.ones(2, np.float32)


def match(
    source: str | None = "/v/a.mp4", start: float | None = 0.0, end: float | None = 5.0, **more: Any
) -> Match:
    extra = {"transcription": more.pop("said")} if "said" in more else {}
    segment = Segment(VECTOR, "visual", "clip", start, end, extra, more.pop("name", None), source)
    return Match(segment, more.pop("score", 0.567), more.pop("scores", None))


SOURCES = st.sampled_from(
    ["/v/a.mp4", "/w/a.mp4", "/v/a b.MOV", "https://h.example/c%20d.mp4?k=1", "asset1", None]
)
TIMES = st.tuples(st.floats(0, 7000), st.floats(0, 600)).map(lambda pair: (pair[0], sum(pair)))
FOUND = st.lists(
    st.builds(
        lambda source, times, score, said: match(source, *times, score=score, said=said),
        SOURCES,
        TIMES,
        st.floats(-1, 1),
        st.text(max_size=40),
    ),
    min_size=1,
    max_size=12,
)


def cues(file: Path, form: str) -> list[tuple[int, int, str]]:
    read = pysubs2.load(str(file), encoding="utf-8", format_=form, keep_html_tags=True)
    return [(cue.start, cue.end, cue.text.replace("\\N", "\n")) for cue in read]


def plain(text: str) -> str:
    """What of a text is seen: words without control characters."""
    return " ".join(text.replace("\u2060", "").split())


# Captions


@settings(max_examples=depth(20, deep=300))
@given(FOUND)
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_captions_have_the_times_and_texts_of_their_matches(
    tmp_path_factory: pytest.TempPathFactory, form: str, found: list[Match]
) -> None:
    matches = Matches(found, query="red")
    folder = tmp_path_factory.mktemp("captions")
    files = (matches.to_srt if form == "srt" else matches.to_vtt)(folder)
    by_source: dict[str | None, set[tuple[int, int]]] = {}
    for each in found:
        times = (each.segment.start_sec or 0, each.segment.end_sec or 0)
        start, end = (round(sec * 1000) for sec in times)
        by_source.setdefault(each.segment.source, set()).add((start, max(end, start + 1)))
    assert sorted(folder.iterdir()) == sorted(files)
    assert len(files) == len(by_source)
    for file, expected in zip(files, by_source.values(), strict=True):
        read = [cue[:2] for cue in cues(file, form)]
        assert set(read) == expected
        assert read == sorted(read)


@settings(max_examples=depth(60, deep=1000))
@given(said=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_a_transcript_is_read_as_the_text_that_it_is(
    tmp_path_factory: pytest.TempPathFactory, form: str, said: str
) -> None:
    matches = Matches([match(said=said, score=0.5)], query="red")
    target = tmp_path_factory.mktemp("one") / f"captions.{form}"
    assert (matches.to_srt if form == "srt" else matches.to_vtt)(target) == [target]
    ((start, end, text),) = cues(target, form)
    assert (start, end) == (0, 5000)
    assert plain(html.unescape(text) if form == "vtt" else text) == (plain(said) or "red (0.50)")


@pytest.mark.parametrize(
    "said",
    [
        *("a <b>bold</b> claim", "if a < b & c > d", "{\\an8}up there", "C:\\new\\Nora\\hall"),
        *("one\n\n\ntwo", "one\r\n \r\ntwo", "x --> y", "&lt;i&gt;", "</script><script>alert(1)"),
    ],
)
def test_a_transcript_holds_no_tags_times_or_line_breaks_of_captions(
    tmp_path: Path, said: str
) -> None:
    matches = Matches([match(said=said), match(start=6.0, end=7.0, said="next")])
    for form, files in {
        "srt": matches.to_srt(tmp_path / "a.srt"),
        "vtt": matches.to_vtt(tmp_path / "a.vtt"),
    }.items():
        first, second = cues(files[0], form)
        assert plain(html.unescape(first[2]) if form == "vtt" else first[2]) == plain(said)
        assert second == (6000, 7000, "next")
        assert pysubs2.load(str(files[0]))[0].plaintext.count("\n") == said.count("one")
    srt, vtt = (tmp_path / f"a.{form}" for form in ("srt", "vtt"))
    assert "<b>" not in srt.read_text("utf-8")
    assert "<" not in vtt.read_text("utf-8")
    assert vtt.read_text("utf-8").count("-->") == srt.read_text("utf-8").count("-->") == 2


def test_a_caption_is_the_transcript_else_the_query_and_the_score(tmp_path: Path) -> None:
    found = [match(said="Hello"), match(start=5.0, end=6.0), match(start=6.0, end=7.0, said=" ")]
    Matches(found, query="a red car").to_srt(tmp_path / "a.srt")
    assert (tmp_path / "a.srt").read_text("utf-8") == (
        "1\n00:00:00,000 --> 00:00:05,000\nHello\n\n"
        "2\n00:00:05,000 --> 00:00:06,000\na red car (0.57)\n\n"
        "3\n00:00:06,000 --> 00:00:07,000\na red car (0.57)\n\n"
    )
    Matches(found[1:2]).to_vtt(tmp_path / "a.vtt")
    text = (tmp_path / "a.vtt").read_text("utf-8")
    assert text == "WEBVTT\n\n1\n00:00:05.000 --> 00:00:06.000\n0.57\n\n"


def test_a_transcript_has_the_name_of_the_service_or_of_a_column(tmp_path: Path) -> None:
    said = attrs.evolve(match().segment, extra={"transcription": None, "transcript": "Hello"})
    Matches([Match(said, 0.5)]).to_srt(tmp_path / "a.srt")
    assert cues(tmp_path / "a.srt", "srt") == [(0, 5000, "Hello")]


def test_equal_captions_of_one_time_are_one(tmp_path: Path) -> None:
    found = [match(said="Hello"), match(said="Hello", score=0.1), match(said="Other")]
    Matches(found).to_srt(tmp_path / "a.srt")
    assert [text for *_, text in cues(tmp_path / "a.srt", "srt")] == ["Hello", "Other"]


def test_captions_of_several_sources_are_files_named_as_the_media(tmp_path: Path) -> None:
    names = ("/v/a.mp4", "/w/A.mov", "https://h.example/x/b%2Fc.mp4?sig=1", "/v/con.mp4")
    matches = Matches([match(name) for name in names])
    with pytest.raises(InvalidRequestError, match="one source, and the matches are of 4: name a f"):
        matches.to_srt(tmp_path / "all.srt")
    assert list(tmp_path.iterdir()) == []
    files = matches.to_srt(tmp_path / "new" / "captions")
    assert [file.name for file in files] == ["a.srt", "A-1.srt", "c.srt", "_con.srt"]
    assert all(file.parent == tmp_path / "new" / "captions" for file in files)


# Edit lists


class Read:
    """A clip of a timeline, and its time range in that."""

    def __init__(self, clip: Any, placed: Any) -> None:
        self._clip = kept = clip.deepcopy()  # a timeline that goes takes its clips along
        self.name, self.metadata = kept.name, kept.metadata
        self.media_reference, self.source_range = kept.media_reference, kept.source_range
        self.placed = placed


def read_back(file: Path, rate: float) -> list[Any]:
    options = {"rate": rate} if file.suffix == ".edl" else {}
    timeline = otio.adapters.read_from_file(str(file), **options)
    return [Read(clip, clip.range_in_parent()) for clip in timeline.tracks[0]]


@settings(max_examples=depth(25, deep=300))
@given(FOUND, st.sampled_from(RATES))
def test_the_adapters_of_otio_read_the_clips_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[Match], rate: float
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    matches = Matches(found, query="red")
    edl = matches.to_edl(folder / "a.edl", rate=rate)
    for file in (edl, matches.to_otio(folder / "a.otio", rate=rate)):
        clips = read_back(file, rate)
        record = 0.0
        reels: dict[str | None, set[str]] = {}
        for clip, each in zip(clips, found, strict=True):
            source = each.segment
            frame = 1.0001 / rate
            start, end = source.start_sec or 0, source.end_sec or 0
            ranged = clip.source_range
            assert ranged.start_time.to_seconds() == pytest.approx(start, abs=frame / 2)
            assert ranged.duration.to_seconds() >= 1 / rate * 0.999
            assert ranged.end_time_exclusive().to_seconds() == pytest.approx(
                max(end, start + frame), abs=frame
            )
            assert clip.placed.start_time.to_seconds() == pytest.approx(record, abs=1e-6)
            record += clip.placed.duration.to_seconds()
            reference = clip.media_reference
            if source.source is None or source.source == "asset1":
                assert isinstance(reference, otio.schema.MissingReference)
            elif source.source.startswith("/"):
                assert Path(url2pathname(reference.target_url[7:])) == Path(source.source)
            else:
                assert reference.target_url == source.source
            reels.setdefault(source.source, set()).add(
                clip.metadata.get("cmx_3600", {}).get("reel", "AX")
            )
        if file == edl:  # each source has one reel, and no other has it
            assert all(len(names) == 1 for names in reels.values())
            assert len(set.union(*reels.values())) == len(reels)


def test_an_edl_is_what_editors_read(tmp_path: Path) -> None:
    found = [
        match("/v/My holiday (1).mp4", 1.0, 2.5, said="We are\nhere"),
        match("/v/my holiday (1).mov", 0.0, 0.0, score=0.25),
    ]
    Matches(found, query="the sea").to_edl(tmp_path / "cut.edl", rate=25)
    assert (tmp_path / "cut.edl").read_text("utf-8") == (
        "TITLE: the sea\n"
        "FCM: NON-DROP FRAME\n\n"
        "001  MYHOLIDA V     C        00:00:01:00 00:00:02:13 00:00:00:00 00:00:01:13\n"
        "* FROM CLIP NAME:  My holiday (1).mp4\n"
        "* FROM CLIP: file:///v/My%20holiday%20%281%29.mp4\n"
        "* COMMENT: We are here\n"
        "002  MYHOLID2 V     C        00:00:00:00 00:00:00:01 00:00:01:13 00:00:01:14\n"
        "* FROM CLIP NAME:  my holiday (1).mov\n"
        "* FROM CLIP: file:///v/my%20holiday%20%281%29.mov\n"
        "* COMMENT: the sea (0.25)\n"
    )


@pytest.mark.parametrize(("rate", "mode"), [(29.97, "DROP"), (59.94, "DROP"), (30, "NON-DROP")])
def test_an_edl_says_how_it_counts_frames(tmp_path: Path, rate: float, mode: str) -> None:
    text = Matches([match(start=3600.0, end=3601.0)]).to_edl(tmp_path / "a.edl", rate=rate)
    header, event = text.read_text("utf-8").split("\n\n")
    assert header == f"TITLE: a\nFCM: {mode} FRAME"
    assert (";" in event.splitlines()[0]) == (mode == "DROP")


def test_the_timeline_has_a_track_for_video_and_one_for_audio(tmp_path: Path) -> None:
    found = [match("/v/a.mp4"), match("/v/b.wav", 1.0, 3.0)]
    matches = Matches(found, query="red")
    timeline = otio.adapters.read_from_file(str(matches.to_otio(tmp_path / "a.otio")))
    assert timeline.name == "red"
    kinds = [[type(child).__name__ for child in track] for track in timeline.tracks]
    assert kinds == [["Clip", "Gap"], ["Clip", "Clip"]]
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]
    assert timeline.tracks[0].duration() == timeline.tracks[1].duration()
    with pytest.raises(InvalidRequestError, match="of video or of audio, and the matches are of b"):
        matches.to_edl(tmp_path / "a.edl")
    assert not (tmp_path / "a.edl").exists()
    Matches(found[1:]).to_edl(tmp_path / "b.edl")
    assert "001  B        A     C " in (tmp_path / "b.edl").read_text("utf-8")
    (clip,) = read_back(tmp_path / "b.edl", 24)
    assert clip.source_range.start_time.to_seconds() == 1


def test_a_clip_of_the_timeline_says_why_it_is_there(tmp_path: Path) -> None:
    found = match(said="Hello", score=0.5, scores={"visual": 0.6, "audio": 0.4})
    (clip,) = read_back(Matches([found], query="red").to_otio(tmp_path / "a.otio"), 24)
    assert clip.name == "a.mp4"
    assert dict(clip.metadata["dodeca"]) == {
        **{"query": "red", "caption": "Hello", "score": 0.5, "embedding_option": "visual"},
        **{"scores": {"visual": 0.6, "audio": 0.4}, "start_sec": 0.0, "end_sec": 5.0},
    }


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 29.97 frames per second whose timecode begins at one hour, as cameras write."""
    path = tmp_path_factory.mktemp("camera") / "C0001.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(30000, 1001))
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.metadata["timecode"] = "01:00:00;00"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for number in range(90):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_the_rate_and_the_timecode_are_those_of_the_source(tmp_path: Path, camera: Path) -> None:
    matches = Matches([match(str(camera), 1.0, 2.0), match("/gone/b.mp4", 1.0, 2.0)])
    edl = matches.to_edl(tmp_path / "a.edl").read_text("utf-8")
    assert "C0001    V     C        01:00:01;00 01:00:02;00 00:00:00;00 00:00:01;00\n" in edl
    assert "B        V     C        00:00:01;00 00:00:02;00 00:00:01;00 00:00:02;00\n" in edl
    file = matches.to_otio(tmp_path / "a.otio")
    first, second = read_back(file, 0)
    assert first.source_range.start_time.rate == pytest.approx(30000 / 1001)
    available = first.media_reference.available_range
    assert available.start_time.to_timecode() == "01:00:00;00"
    assert available.duration.to_frames() == 90
    assert available.contains(first.source_range)
    assert second.media_reference.available_range is None
    assert len(otio.adapters.read_from_file(str(file)).tracks) == 2


def test_a_clip_ends_where_its_media_end(tmp_path: Path, camera: Path) -> None:
    matches = Matches([match(str(camera), 2.0, 9.0)])
    (clip,) = read_back(matches.to_otio(tmp_path / "a.otio"), 0)
    assert clip.source_range.duration.to_frames() == 30
    timeline = otio.adapters.read_from_file(str(tmp_path / "a.otio"))
    assert [track.kind for track in timeline.tracks] == ["Video"]  # it has no soundtrack


@pytest.mark.parametrize(
    "rate", [0, -25, 12, 23.5, float("nan"), float("inf"), "25", True, 10**400]
)
def test_a_rate_is_that_of_a_timecode(tmp_path: Path, rate: Any) -> None:
    for write in (Matches([match()]).to_edl, Matches([match()]).to_otio):
        with pytest.raises(InvalidRequestError, match=r"a timecode \(23.976, 24, 25, 29.97, 30"):
            write(tmp_path / "a.x", rate=rate)
    assert list(tmp_path.iterdir()) == []


def test_an_edl_has_at_most_999_events(tmp_path: Path) -> None:
    matches = Matches([match(start=float(at), end=at + 1.0) for at in range(1000)])
    with pytest.raises(InvalidRequestError, match="at most 999 events, got 1000"):
        matches.to_edl(tmp_path / "a.edl")
    most = matches[: depth(3, deep=999)]
    assert len(read_back(most.to_edl(tmp_path / "a.edl"), 24)) == len(most)


# Tables


@settings(max_examples=depth(20, deep=200))
@given(FOUND)
def test_csv_has_the_columns_of_the_data_frame(
    tmp_path_factory: pytest.TempPathFactory, found: list[Match]
) -> None:
    matches = Matches([*found, match(None, None, None, scores={"visual": 0.1}, name=HOSTILE)])
    file = matches.to_csv(tmp_path_factory.mktemp("csv") / "a.csv")
    frame = matches.to_pandas()
    read = pd.read_csv(file, keep_default_na=False, dtype=str)
    assert list(read.columns) == list(frame.columns)
    for name in frame.columns:
        expected = ["" if pd.isna(value) else str(value) for value in frame[name]]
        assert [value.replace("\r\n", "\n") for value in read[name]] == [
            value.replace("\r\n", "\n") for value in expected
        ]


def test_csv_of_no_matches_has_a_header(tmp_path: Path) -> None:
    text = Matches().to_csv(tmp_path / "a.csv").read_text()
    assert text.startswith("score,source_id,source,start_sec,end_sec,embedding_option")
    assert text.count("\n") == 1


# All of them


def writers(matches: Matches, folder: Path) -> dict[str, Any]:
    return {
        "srt": lambda: matches.to_srt(folder / "a.srt"),
        "vtt": lambda: matches.to_vtt(folder),
        "edl": lambda: matches.to_edl(folder / "a.edl"),
        "otio": lambda: matches.to_otio(folder / "a.otio"),
    }


@pytest.mark.parametrize("form", ["srt", "vtt", "edl", "otio"])
@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([], "there are no matches"),
        ([match(), match("/v/b.jpg", None, None)], r"match 1 \('b.jpg'\) has no time range"),
        ([match(end=400_000.0)], "must lie between 0 and"),
        ([match(start=5.0, end=1.0)], "got 5.0 to 1.0"),
        ([match(start=-1.0)], "got -1.0 to 5.0"),
    ],
)
def test_what_has_no_place_on_a_timeline_is_refused(
    tmp_path: Path, form: str, found: Sequence[Match], message: str
) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        writers(Matches(found), tmp_path)[form]()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", [f"/v/{HOSTILE}", HOSTILE, "/v/caf\udce9.mp4", "/", "\0"])
def test_hostile_names_and_texts_are_harmless(tmp_path: Path, source: str) -> None:
    found = [match(source, said=HOSTILE), match(source, 6.0, 7.0)]
    matches = Matches(found, query=HOSTILE)
    for write in writers(matches, tmp_path).values():
        write()
    matches.to_csv(tmp_path / "a.csv")
    assert len(cues(tmp_path / "a.srt", "srt")) == 2
    (vtt,) = tmp_path.glob("*.vtt")
    assert len(cues(vtt, "vtt")) == 2
    assert "<" not in vtt.read_text("utf-8")
    for name in ("a.edl", "a.otio"):
        assert len(read_back(tmp_path / name, 24)) == 2
    edl = (tmp_path / "a.edl").read_text("utf-8")
    assert [line[:3] for line in edl.splitlines() if line[:3].isdigit()] == ["001", "002"]
    assert sum(line.startswith("TITLE") for line in edl.splitlines()) == 1


@pytest.mark.parametrize("path", [None, 7, b"a", "a\0b"])
def test_a_path_that_is_none_is_refused(path: Any) -> None:
    matches = Matches([match()])
    for write in (matches.to_csv, matches.to_srt, matches.to_vtt, matches.to_edl, matches.to_otio):
        with pytest.raises(InvalidRequestError, match="path must be that of a file or a folder"):
            write(path)


@pytest.mark.parametrize("path", ["", ".", "..", "/"])
def test_a_path_without_a_name_is_refused(path: str) -> None:
    found = Matches([match()])
    for write in (found.to_csv, found.to_edl, found.to_otio):
        with pytest.raises(InvalidRequestError, match="must end with a file name"):
            write(path)


@pytest.mark.parametrize("name", [chr(0xD800), chr(0xDCFF)])
def test_texts_that_are_no_unicode_are_exported(tmp_path: Path, name: str) -> None:
    """Names of files may hold bytes that are not UTF-8; Python has lone surrogates for them."""
    for source in (f"/v/{name}.mp4", f"https://h.example/{name}.mp4", name):
        found = Matches([match(source, said=f"a{name}b", name=name)], query=name)
        for write in (found.to_srt, found.to_vtt):
            (file,) = write(tmp_path / "captions")
            assert "a?b" in file.read_text(encoding="utf-8")
        assert "a?b" in found.to_csv(tmp_path / "found.csv").read_text(encoding="utf-8")
        assert "a?b" in found.to_edl(tmp_path / "found.edl").read_text(encoding="utf-8")
        otio.adapters.read_from_file(str(found.to_otio(tmp_path / "found.otio")))


@pytest.mark.parametrize(
    ("module", "method"),
    [
        *(("pysubs2", "to_srt"), ("pysubs2", "to_vtt"), ("opentimelineio", "to_otio")),
        *(("opentimelineio", "to_edl"), ("otio_cmx3600_adapter", "to_edl")),
    ],
)
def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, method: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=r"pip install 'dodeca\[export\]'"):
        getattr(Matches([match()]), method)(tmp_path / "a")


def test_without_pyav_the_rate_is_24(tmp_path: Path, camera: Path) -> None:
    code = (
        "import sys; sys.modules['av'] = None\n"
        "from dodeca.embeddings import Match, Matches, Segment\n"
        f"segment = Segment(None, 'visual', 'clip', 1.0, 2.0, source={str(camera)!r})\n"
        f"Matches([Match(segment, 1.0)]).to_edl({str(tmp_path / 'a.edl')!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    (clip,) = read_back(tmp_path / "a.edl", 24)
    assert clip.source_range.start_time.to_frames() == 24


def test_the_text_of_a_search_is_the_query_of_its_matches(tmp_path: Path) -> None:
    audio = samples.audio(tmp_path / "a.wav", [Tone(6, 440), Tone(6, noise=True)])
    with Client.emulated() as client:
        rows = client.embed.audio(audio, segmentation=segmentation.fixed(6))
        found = rows.search("noise", k=4, client=client)
        assert rows.search(client.embed.text("noise")).query is None
        none = rows.search("noise", min_score=2, client=client)
    kept = (found, found[:2], found.merge_adjacent(), none)
    assert [each.query for each in kept] == ["noise"] * 4
    assert all(type(each) is Matches for each in kept)
    assert found.to_dict()["query"] == "noise"
    assert isinstance(found[0], Match)
    edl = found[:1].to_edl(tmp_path / "a.edl").read_text("utf-8")
    header, event = edl.split("\n\n")
    assert header == "TITLE: noise\nFCM: NON-DROP FRAME"
    assert event.startswith("001  A        A     C        00:00:06:00 00:00:12:00 ")
    assert f"* FROM CLIP: {audio.as_uri()}\n* COMMENT: noise (0." in event


@given(st.text(max_size=300))
def test_a_safe_name_is_one_on_every_platform(name: str) -> None:
    found = safe_name(name)
    assert found == safe_name(found)
    assert 0 < len(found.encode()) <= 200
    assert not set(found) & set('<>:"/\\|?*\0\n')
    assert found.strip(" .") == found
