"""For the documentation: examples and trees in docstrings, as Markdown shows them."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"(?:^(?: *)>>> .*\n?(?:^(?! *$).*\n?)*)", re.MULTILINE)
_TREE = re.compile(r"(?:^\S.*\n)(?:^ *[│├└].*\n?)+", re.MULTILINE)


def fenced(text: str) -> str:
    """The text with its doctests and drawn trees in fences; without remarks to the runner."""
    text = _EXAMPLE.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", text)
    text = _TREE.sub(lambda found: f"```text\n{found[0].rstrip()}\n```\n", text)
    return re.sub(r"  # doctest: .*$", "", text, flags=re.MULTILINE)


class Docstrings(griffe.Extension):
    """Fences what docstrings hold as plain text."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of whatever was read."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
