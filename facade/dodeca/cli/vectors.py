"""The vectors that commands search on this machine, and options of the search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca import Embeddings

Weight = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        metavar="MODALITY=W",
        help="Weight of each modality, e.g. visual=0.7; can be repeated.",
    ),
]
MinScore = Annotated[
    float | None,
    typer.Option("--min-score", metavar="S", help="Leave out matches that score less."),
]
QueryModel = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="NAME", help="Model of the query (default: that of the files)."
    ),
]


def load_vectors(files: list[Path], option: list[str] | None) -> Embeddings:
    """The vectors of files and folders, of these modalities.

    Raises:
        InvalidRequestError: one of them does not exist, or has no vectors.
    """
    from dodeca import Embeddings

    for path in files:
        if not path.exists():
            raise InvalidRequestError(f"there is no such file: {path}")
    # A dataset of `dodeca run` keeps its vectors in a subfolder.
    paths = [path / "vectors" if (path / "vectors").is_dir() else path for path in files]
    embeddings = Embeddings.concat([Embeddings.load(path) for path in paths])
    return embeddings.filter(option=option) if option else embeddings


def parse_weights(texts: list[str] | None) -> dict[str, float] | None:
    """`visual=0.7` and `audio=0.3` as weights.

    Raises:
        typer.BadParameter: a text is something else.
    """
    weights = {}
    for text in texts or []:
        modality, _, number = text.partition("=")
        try:
            weights[modality] = float(number)
        except ValueError as exc:
            raise typer.BadParameter(f"--weight is MODALITY=NUMBER, got {text}") from exc
    return weights or None


def check_model(embeddings: Embeddings, wanted: str | None) -> None:
    """Refuse a model that the vectors are not of.

    Raises:
        typer.BadParameter: they are of another one.
    """
    model = embeddings.model_name
    if wanted and model and wanted != model:
        raise typer.BadParameter(f"the vectors are of {model}, which {wanted} cannot search")
