"""Completions in editors that read the source with jedi: Spyder, python-lsp-server, jedi-vim."""

import pytest

from tests.lazy import Lazy

jedi = Lazy("jedi")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import dodeca\ndodeca.", {"Client", "Embeddings", "Media", "webhooks"}),
        (
            "from dodeca import Client\nclient = Client()\nclient.",
            {"embed", "search", "indexes", "close"},
        ),
        (
            "from dodeca import Client\nclient = Client()\nclient.embed.",
            {"text", "video", "run", "tasks"},
        ),
        (
            "from dodeca import Client\nfound = Client().embed.video('a.mp4')\nfound.",
            {"vectors", "search", "to_pandas"},
        ),
        (
            "from dodeca import AsyncClient\nclient = AsyncClient()\nclient.embed.",
            {"text", "video", "run", "tasks"},
        ),
    ],
)
def test_names_are_completed(code: str, expected: set[str]) -> None:
    assert {found.name for found in jedi.Script(code).complete()} >= expected
