"""Make the images of the documentation: `python -m tests.cli.screenshots`.

Terminal screens of the command as SVG, plots and screenshots of a report as PNG.
"""

import re
import shlex
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from dodeca import Client, Embeddings, browse, report, segmentation
from dodeca.emulator import Emulator, samples
from dodeca.emulator.samples import Scene, Tone
from dodeca.emulator.server import serving
from dodeca.library import open_dataset
from dodeca.plots import contact_sheet
from tests.browse.four_commands import commands, make_folder
from tests.browse.watched import opened
from tests.chromium import CHROMIUM, QUIET, launched
from tests.cli.terminal import COLUMNS, run, screen

PICTURES = Path(__file__).parents[2] / "facade" / "docs" / "pictures"
SCENES = [
    *(Scene("red", 7, tone=220), Scene("blue", 5, tone=2000), Scene("green", 6, noise=True)),
    *(Scene("yellow", 5), Scene("red", 4, tone=440, level=0.9), Scene("purple", 6, tone=3000)),
    Scene("white", 5, noise=True, level=0.8),
]
QUERIES = ("a red car", "a loud noise", "bright yellow light")
THEME = TerminalTheme(
    (22, 24, 31),
    (216, 220, 230),
    [
        *((22, 24, 31), (255, 107, 129), (92, 214, 150), (245, 196, 94)),
        *((108, 177, 255), (190, 150, 255), (80, 210, 224), (216, 220, 230)),
    ],
    [
        *((110, 117, 133), (255, 133, 150), (120, 230, 175), (255, 214, 120)),
        *((140, 195, 255), (210, 175, 255), (120, 225, 236), (255, 255, 255)),
    ],
)
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" \
xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, \
"DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 15px; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def main(folder: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    clip = samples.video(folder / "colours.mp4", SCENES)
    samples.audio(folder / "tones.wav", [Tone(6, 3000, 0.9), Tone(6), Tone(6, 110, 0.2)])
    samples.image(folder / "purple.jpg", "purple")
    screens(folder)
    plots(clip)
    screenshots(folder, clip)
    four_commands(folder / "four commands")
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.stat().st_size // 1024:4} kB  {path.name}")


def screens(folder: Path) -> None:
    """What the commands print on a terminal."""
    files = ["colours.mp4", "tones.wav", "purple.jpg"]
    run("--emulated", "embed", *files, "-o", "v.parquet", cwd=folder)
    _screen(folder, "search", ["search", "a loud high tone", "v.parquet", "-k", "8"])
    with Emulator(pace="realtime:0.1") as emulator, serving(emulator) as url:
        base = ("--base-url", url)
        _, made = run(*base, "-q", "index", "create", "films", cwd=folder)
        index = "".join(text for _, text in made).strip()
        _, pieces = run(*base, "index", "add", index, "colours.mp4", cwd=folder)
        written = [text for at, text in pieces if at < pieces[-1][0] - 0.5]
        _svg("progress", f"dodeca index add {index} colours.mp4", screen("".join(written)))


def _screen(folder: Path, name: str, words: list[str]) -> None:
    _, pieces = run("--emulated", *words, cwd=folder)
    quoted = [f'"{word}"' if " " in word else word for word in words]
    command = f"dodeca --emulated {' '.join(quoted)}"
    _svg(name, command, screen("".join(text for _, text in pieces)))


def four_commands(folder: Path) -> None:
    """What the page "From a folder to clips" shows."""
    folder.mkdir()
    make_folder(folder / "videos")
    found = commands()
    for name in ("check", "run"):
        _, pieces = run("--emulated", *found[name], cwd=folder, columns=COLUMNS - 2)
        written = "".join(text for _, text in pieces)
        lines = screen(re.sub(r"[^\n]*\r(?!\n)", "", written))  # of a bar, what it ends as
        _svg(name, f"dodeca {shlex.join(found[name])}", lines, f"path-{name}")
    run("--emulated", *found["cut"], cwd=folder)
    (PICTURES / "path-clips.png").write_bytes((folder / "clips.png").read_bytes())
    with (
        Client.emulated() as client,
        browse.serving(open_dataset(folder / "library", client)) as url,
        launched() as browser,
        opened(browser, url, (1280, 800), color_scheme="light") as watched,
    ):
        watched.search("a blue sky")
        watched.page.wait_for_timeout(3000)  # for the thumbnails
        watched.page.screenshot(path=PICTURES / "path-browse.png")


def _svg(name: str, command: str, lines: list[Text], file: str = "") -> None:
    console = Console(record=True, width=COLUMNS, file=StringIO(), highlight=False)
    console.print(Text.assemble(("$ ", "green"), (command, "bold")))
    for line in lines:
        console.print(line, no_wrap=False)
    text = console.export_svg(title="", theme=THEME, code_format=FRAME, unique_id=name)
    (PICTURES / f"{file or f'cli-{name}'}.svg").write_text(text, encoding="utf-8")


def plots(clip: Path) -> None:
    """The figures of `plot` and `plot_self_similarity`, and a contact sheet."""
    with Client.emulated() as client:
        found = client.embed.video(clip, segmentation=segmentation.dynamic(4))
        query = client.embed.text("something red and loud")
    found.plot(query, title="something red and loud").savefig(PICTURES / "plot.png", dpi=120)
    found.plot_self_similarity(title=clip.name).savefig(PICTURES / "plot-self.png", dpi=120)
    clips = found.filter(option="visual").search(query, k=8).save_clips(clip.parent / "clips")
    contact_sheet(clips, title="something red and loud").savefig(PICTURES / "contact-sheet.png")


def screenshots(folder: Path, clip: Path) -> None:
    """The report at two widths, light and dark, and one of several files."""
    garden = [Scene("green", 5, tone=880), Scene("brown", 6), Scene("red", 5, noise=True)]
    talk = [Tone(7, 300), Tone(6, noise=True, level=0.9), Tone(6, 2000, 0.4)]
    with Client.emulated() as client:
        queries = {q: client.embed.text(q) for q in QUERIES}
        found = client.embed.video(clip, segmentation=segmentation.dynamic(4))
        others = (
            client.embed.video(
                samples.video(folder / "garden.mp4", garden), segmentation=segmentation.dynamic(4)
            ),
            client.embed.audio(
                samples.audio(folder / "talk.wav", talk), segmentation=segmentation.fixed(3)
            ),
        )
        report.write(folder / "report.html", found, queries)
        report.write(folder / "several.html", Embeddings.concat([found, *others]), queries)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for width, height in ((1280, 900), (390, 844)):
            for scheme in ("light", "dark"):
                name = f"report-{width}-{scheme}"
                _shot(browser, folder / "report.html", name, width, height, scheme)
        _shot(browser, folder / "several.html", "report-several", 1280, 900, "light")
        browser.close()


def _shot(browser: Any, page: Path, name: str, width: int, height: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.wait_for_timeout(500)
    opened.keyboard.press("1")
    opened.wait_for_timeout(1500)
    opened.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
    sys.exit()
