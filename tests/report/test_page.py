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

from .videos import QUERIES, embedded, video

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
    return report.render(video(), *embedded()).html


def test_the_media_and_thumbnails_are_within_the_page(html: str) -> None:
    page = report.render(video(), *embedded())
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
    for query, text in zip(data["queries"], QUERIES, strict=True):
        for timeline, modality in zip(query["timelines"], modalities, strict=True):
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
    assert [float(opacity) > 0.9 for *_, opacity in cells] == [True, False, False, False]


def test_equal_colours_of_a_query_are_equal_scores() -> None:
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
    html = report.render(video(), _of_one_model(rows), {"red": query}).html
    shades = {
        modality: set(re.findall(r'fill-opacity="([\d.]+)"', row))
        for modality, row in re.findall(r'aria-label="(visual|audio): (.*?)</svg>', html)
    }
    assert shades == {"visual": {"1.00"}, "audio": {"0.10"}}
    assert '<p class="legend">0.00<i></i>0.73</p>' in html


def _of_one_model(rows: list[dict[str, object]]) -> Embeddings:
    return Embeddings.from_items(rows, model_name="marengo3.0")


def test_names_and_queries_are_text_and_never_markup() -> None:
    found, queries = embedded()
    html = report.render(video(), found, {HOSTILE: queries[QUERIES[0]]}, title=HOSTILE).html
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
    page = report.write(tmp_path / "report.html", clip, *embedded())
    assert not page.is_self_contained
    assert (tmp_path / "report.html").read_text("utf-8") == page.html
    assert 'src="./videos/50%25%20of%3A%20it%27s%20%231.mp4"' in page.html


def test_an_audio_file_has_a_player_but_no_thumbnails(tmp_path: Path) -> None:
    audio = samples.audio(tmp_path / "tones.wav", [samples.Tone(8, 440)])
    found, queries = embedded()
    page = report.render(audio, found.filter(option="audio"), queries)
    assert page.thumbnails == 0
    assert 'class="audio" src="data:audio/' in page.html


def test_many_segments_have_no_boundaries_that_would_hide_them() -> None:
    _, queries = embedded()
    times = [{"start_sec": i, "end_sec": i + 1, "embedding_scope": "clip"} for i in range(500)]
    vectors = np.random.default_rng(1).normal(size=(500, 512)).astype(np.float32)
    rows = [{"embedding": vectors[i], **times[i]} for i in range(500)]
    page = report.render(video(), _of_one_model(rows), queries)
    assert page.html.count('class="scores dense"') == len(queries)
    assert page.html.count('fill-opacity="') == 500 * len(queries)
    assert ">8:00</text>" in page.html


@pytest.mark.parametrize("count", [0, 10])
def test_queries_are_one_to_nine(count: int) -> None:
    found, queries = embedded()
    with pytest.raises(InvalidRequestError, match=f"1 to 9 queries, got {count}"):
        report.render(video(), found, {str(i): queries[QUERIES[0]] for i in range(count)})


def test_what_has_no_file_or_no_times_is_refused() -> None:
    found, queries = embedded()
    with pytest.raises(InvalidMediaError, match="local file"):
        report.render(Media.url("https://example.org/a.mp4"), found, queries)
    with pytest.raises(InvalidRequestError, match="no segments with times"):
        report.render(video(), queries[QUERIES[0]], queries)


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from dodeca import report, Embeddings, Media, errors\n"
        f"try: report.render({str(video())!r}, None, {{'a': None}})\n"
        "except errors.ConfigurationError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'dodeca[cli]'" in done.stdout


def test_without_pyav_only_the_thumbnails_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dodeca.video.thumbnails", None)
    page = report.render(video(), *embedded())
    assert page.thumbnails == 0
    assert "<img" not in page.html
    assert page.html.count('role="img"') == 4
    assert 'data-time="0.0"' in page.html


def test_a_title_that_is_no_unicode_is_written(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    report.write(target, video(), *embedded(), title="caf\udce9")
    assert "caf?" in target.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_write_that_fails_midway_leaves_the_report_that_was_there(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")  # not on Windows
    target = tmp_path / "report.html"
    report.write(target, video(), *embedded(), title="before")
    before = target.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            report.write(target, video(), *embedded(), title="after")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
