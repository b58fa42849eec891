"""Format docstrings for the documentation: examples and trees become code blocks."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"(?:^(?: *)>>> .*\n?(?:^(?! *$).*\n?)*)", re.MULTILINE)
_PRIVATE_TITLE = re.compile(r' title="dodeca\._[^"]*"')
_TREE = re.compile(r"(?:^\S.*\n)(?:^ *[│├└].*\n?)+", re.MULTILINE)


def fenced(text: str) -> str:
    """Put doctests and trees into fenced code blocks, without doctest directives."""
    text = _EXAMPLE.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", text)
    text = _TREE.sub(lambda found: f"```text\n{found[0].rstrip()}\n```\n", text)
    return re.sub(r"  # doctest: .*$", "", text, flags=re.MULTILINE)


class Docstrings(griffe.Extension):
    """A griffe extension that formats each docstring."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Format the docstring of an object after griffe has read it."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def on_post_page(output: str, **_: Any) -> str:
    """Remove tooltips that name private modules (a hook of mkdocs)."""
    return _PRIVATE_TITLE.sub("", output)
