"""The page as text: its content, and that nothing can be injected or loaded."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from dodeca import Embeddings, Media, report
from dodeca.emulator import samples
from dodeca.errors import InvalidMediaError, InvalidRequestError

from .videos import QUERIES, embedded, library, video

HOSTILE = "</script><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>\"'"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return report.render(*embedded()).html


def test_the_media_and_thumbnails_are_within_the_page(html: str) -> None:
    page = report.render(*embedded())
    tags = Tags(html)
    assert page.is_self_contained
    assert page.thumbnails == 12
    assert (tags.named("video")[0]["src"] or "").startswith("data:video/mp4;base64,")
    sources = [attributes["src"] or "" for attributes in tags.named("img")]
    assert len(sources) >= page.thumbnails
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert not re.search(r"https?://(?!www\.w3\.org)", html)


def test_there_is_a_timeline_for_each_query_and_modality_with_its_segments(html: str) -> None:
    found, queries = embedded()
    timelines = [a for a in Tags(html).named("svg") if a.get("role") == "img"]
    clips = found.filter(scope="clip")
    modalities = [word or "" for word in clips.embedding_option.distinct()]
    assert [(a["aria-label"] or "").partition(":")[0] for a in timelines] == modalities * len(
        queries
    )
    data = json.loads(re.findall(r'id="data">(.*?)</script>', html)[0])
    for shown, text in zip(data["files"][0]["timelines"], QUERIES, strict=True):
        for timeline, modality in zip(shown, modalities, strict=True):
            rows = clips.filter(option=modality)
            unit = rows.vectors / np.linalg.norm(rows.vectors, axis=1, keepdims=True)
            cosines = unit @ queries[text].vectors[0] / np.linalg.norm(queries[text].vectors)
            assert np.allclose([row[0] for row in timeline], rows.start_sec)
            assert np.allclose([row[1] for row in timeline], rows.end_sec)
            assert np.allclose([row[2] for row in timeline], cosines, atol=1e-4)


def test_the_most_opaque_cell_is_the_best_segment(html: str) -> None:
    red = re.findall(r'aria-label="visual: .*?</svg>', html)[0]
    cells = re.findall(r'<rect x="(\d+)" width="(\d+)" height="100" fill-opacity="([\d.]+)"', red)
    assert [(int(x) / 500, int(w) / 500) for x, w, _ in cells] == [(0, 5), (5, 4), (9, 6), (15, 5)]
    assert [float(opacity) > 0.5 for *_, opacity in cells] == [True, False, False, False]


def test_equal_shades_are_equal_scores() -> None:
    """An even row is neither palest nor darkest by itself, and scores of 0 are pale."""
    query = _of_one_model([{"embedding": np.eye(512, dtype=np.float32)[0]}])
    visual = np.zeros(512, np.float32)
    visual[:2] = 0.73, (1 - 0.73**2) ** 0.5
    vectors = {"visual": visual, "audio": np.eye(512, dtype=np.float32)[2]}
    rows = [
        {"embedding": vector, "start_sec": i, "end_sec": i + 1, "embedding_option": modality}
        for modality, vector in vectors.items()
        for i in range(3)
    ]
    html = report.render(_of_one_model(rows), {"red": query}, media=video()).html
    shades = {
        modality: set(re.findall(r'fill-opacity="([\d.]+)"', row))
        for modality, row in re.findall(r'aria-label="(visual|audio): (.*?)</svg>', html)
    }
    assert shades == {"visual": {"1.00"}, "audio": {"0.10"}}
    assert '<span class="legend">0.00<i></i>0.73</span>' in html


def _of_one_model(rows: list[dict[str, object]]) -> Embeddings:
    return Embeddings.from_items(rows, model_name="marengo3.0")


def test_names_and_queries_are_text_and_never_markup() -> None:
    found, queries = embedded()
    html = report.render(found, {HOSTILE: queries[QUERIES[0]]}, title=HOSTILE).html
    tags = Tags(html)
    assert len(tags.named("script")) == 2
    assert not any("onerror" in attributes for attributes in tags.named("img"))
    assert html.count("evil.example") == html.count("&lt;img src=https://evil.example")


def test_the_policy_names_the_style_and_the_script_by_their_hashes(html: str) -> None:
    policy = next(
        attributes["content"] or ""
        for attributes in Tags(html).named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:; media-src data:; ")
    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy)) == 2
    assert "unsafe" not in policy
    assert "style=" not in html


def test_a_large_file_is_read_from_beside_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "EMBEDDED_BYTES", 1000)
    clip = tmp_path / "videos" / "50% of: it's #1.mp4"
    clip.parent.mkdir()
    clip.write_bytes(video().read_bytes())
    page = report.write(tmp_path / "report.html", *embedded(), media=clip)
    assert not page.is_self_contained
    assert (tmp_path / "report.html").read_text("utf-8") == page.html
    assert 'src="./videos/50%25%20of%3A%20it%27s%20%231.mp4"' in page.html


def test_an_audio_file_has_a_player_but_no_thumbnails(tmp_path: Path) -> None:
    audio = samples.audio(tmp_path / "tones.wav", [samples.Tone(8, 440)])
    found, queries = embedded()
    page = report.render(found.filter(option="audio"), queries, media=audio)
    assert page.thumbnails == 0
    assert 'class="audio" src="data:audio/' in page.html


def test_many_segments_have_no_boundaries_that_would_hide_them() -> None:
    _, queries = embedded()
    times = [{"start_sec": i, "end_sec": i + 1, "embedding_scope": "clip"} for i in range(500)]
    vectors = np.random.default_rng(1).normal(size=(500, 512)).astype(np.float32)
    rows = [{"embedding": vectors[i], **times[i]} for i in range(500)]
    page = report.render(_of_one_model(rows), queries, media=video())
    assert page.html.count('class="scores dense"') == len(queries)
    assert page.html.count('fill-opacity="') == 500 * len(queries)
    assert ">8:00</text>" in page.html


def test_several_files_share_a_page_and_a_scale() -> None:
    rows, queries = library(), embedded()[1]
    page = report.render(rows, queries)
    assert (page.files, page.thumbnails, page.is_self_contained) == (3, 24, True)
    assert "<title>3 files</title>" in page.html
    tags = Tags(page.html)
    assert [a["aria-label"] for a in tags.named("video")] == [
        *("colours.mp4", "garden.mp4", "tones.wav")
    ]
    assert page.html.count('class="legend"') == 1
    low, high = re.findall(r'class="legend">([\d.-]+)<i></i>([\d.-]+)<', page.html)[0]
    shades = re.findall(r'fill-opacity="([\d.]+)"', page.html)
    clips = rows.filter(scope="clip")
    scores = [clips.similarity(query)[:, 0] for query in queries.values()]
    assert float(high) == pytest.approx(max(map(np.max, scores)), abs=0.006)
    assert float(low) == pytest.approx(min(0, *map(np.min, scores)), abs=0.006)
    assert shades.count("1.00") == 1
    assert len(shades) == len(clips) * len(queries)


def test_the_files_of_a_report_are_the_sources_of_its_rows_or_named(tmp_path: Path) -> None:
    rows, queries = library(), embedded()[1]
    moved = Embeddings.concat(
        {
            name: Embeddings.from_items(
                [{"embedding": row.vector, "start_sec": 0, "end_sec": 4} for row in rows[:2]],
                model_name="marengo3.0",
            )
            for name in ("a", "b")
        }
    )
    with pytest.raises(InvalidMediaError, match="the rows of 'a' do not say theirs"):
        report.render(moved, queries)
    with pytest.raises(InvalidRequestError, match="media is one file, and the rows are of 2"):
        report.render(moved, queries, media=video())
    with pytest.raises(InvalidMediaError, match="the rows of 'b' do not say theirs"):
        report.render(moved, queries, media={"a": video()})
    assert report.render(moved, queries, media={"a": video(), "b": video()}).files == 2
    gone = tmp_path / "gone.mp4"
    with pytest.raises(InvalidMediaError, match="cannot read"):
        report.render(moved, queries, media={"a": video(), "b": gone})
    many = Embeddings.concat({str(number): moved[:1] for number in range(51)})
    with pytest.raises(InvalidRequestError, match=r"up to 50 files, and the rows are of 51: .*fil"):
        report.render(many, queries)


def test_a_page_embeds_all_of_its_media_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = video().stat().st_size
    monkeypatch.setattr(report, "EMBEDDED_BYTES", first + 1000)
    assert report.render(*embedded()).is_self_contained
    page = report.render(library(), embedded()[1], folder=tmp_path)
    assert not page.is_self_contained
    sources = [attributes["src"] or "" for attributes in Tags(page.html).named("video")]
    assert [source.rpartition("/")[2] for source in sources] == [
        *("colours.mp4", "garden.mp4", "tones.wav")
    ]


@pytest.mark.parametrize("count", [0, 10])
def test_queries_are_one_to_nine(count: int) -> None:
    found, queries = embedded()
    with pytest.raises(InvalidRequestError, match=f"1 to 9 queries, got {count}"):
        report.render(found, {str(i): queries[QUERIES[0]] for i in range(count)})


def test_what_has_no_file_or_no_times_is_refused() -> None:
    found, queries = embedded()
    with pytest.raises(InvalidMediaError, match="local file"):
        report.render(found, queries, media=Media.url("https://example.org/a.mp4"))
    with pytest.raises(InvalidRequestError, match="no segments with times"):
        report.render(queries[QUERIES[0]], queries, media=video())


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from dodeca import report, Embeddings, Media, errors\n"
        "try: report.render(None, {'a': None})\n"
        "except errors.ConfigurationError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'dodeca[cli]'" in done.stdout


def test_without_pyav_only_the_thumbnails_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dodeca.video.thumbnails", None)
    page = report.render(*embedded())
    assert page.thumbnails == 0
    assert "<img" not in page.html
    assert page.html.count('role="img"') == 4
    assert 'data-time="0.0"' in page.html


def test_a_title_that_is_no_unicode_is_written(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    report.write(target, *embedded(), title="caf\udce9")
    assert "caf?" in target.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_write_that_fails_midway_leaves_the_report_that_was_there(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")  # not on Windows
    target = tmp_path / "report.html"
    report.write(target, *embedded(), title="before")
    before = target.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            report.write(target, *embedded(), title="after")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
