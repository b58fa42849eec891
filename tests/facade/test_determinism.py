"""The emulator's vectors are the same bits, twice and in two processes."""

import subprocess
import sys
from pathlib import Path

from dodeca import Client
from dodeca.emulator import samples

EMBED = """
import sys; from dodeca import Client
client = Client.emulated()
sys.stdout.buffer.write(client.embed.video(sys.argv[1]).vectors.tobytes()); client.close()
"""


def test_the_same_file_gives_the_same_bits_everywhere(tmp_path: Path) -> None:
    scenes = [samples.Scene("red", 4, tone=440), samples.Scene("blue", 4, noise=True)]
    path = samples.video(tmp_path / "clip.mp4", scenes)
    with Client.emulated() as client:
        once, again = client.embed.video(path), client.embed.video(path)
    command = [sys.executable, "-c", EMBED, str(path)]
    elsewhere = subprocess.run(command, capture_output=True, check=True).stdout
    assert once.vectors.tobytes() == again.vectors.tobytes() == elsewhere
