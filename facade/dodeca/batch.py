"""Batches: the results of embedding many small inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import attrs

from dodeca._base import html
from dodeca._serializable import Serializable
from dodeca.errors import DodecaError, InvalidResponseError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dodeca._base.response_info import ResponseInfo
    from dodeca.embeddings import Embeddings


@attrs.frozen(eq=False, repr=False)
class Batch(Sequence["Embeddings | DodecaError"], Serializable):
    """The embeddings or the error of each input, in input order."""

    results: tuple[Embeddings | DodecaError, ...]

    @property
    def errors(self) -> dict[int, DodecaError]:
        """The errors, by the position of the input.

        >>> found = client.embed.images(["purple.jpg", "missing.jpg"])
        >>> list(found.errors)
        [1]
        """
        return {
            n: result for n, result in enumerate(self.results) if isinstance(result, DodecaError)
        }

    @property
    def vectors(self) -> NDArray[np.float32]:
        """One row for each input: float32 of shape (n, d), d = 512 for marengo3.0.

        >>> client.embed.texts(["red", "blue"]).vectors.shape
        (2, 512)

        Raises:
            DodecaError: the first error of an input, if there is one; see `errors`.
        """
        import numpy as np

        if not self.results:
            return np.empty((0, 0), np.float32)
        return np.concatenate([embeddings.vectors for embeddings in self._successes()])

    @property
    def responses(self) -> tuple[ResponseInfo | None, ...]:
        """The response to each input, in input order; None in place of one that is an error.

        >>> [info.status for info in client.embed.texts(["red", "blue"]).responses]
        [200, 200]
        """
        return tuple(getattr(result, "response", None) for result in self.results)

    def _successes(self) -> Iterator[Embeddings]:
        for result in self.results:
            if isinstance(result, DodecaError):
                raise result
            yield result

    def __len__(self) -> int:
        return len(self.results)

    @overload
    def __getitem__(self, index: int) -> Embeddings | DodecaError: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Embeddings | DodecaError, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.results[index]

    def __repr__(self) -> str:
        return f"<Batch of {len(self)}, {len(self.errors)} of them errors>"

    def _repr_html_(self) -> str:
        rows = [(number, str(result)) for number, result in enumerate(self.results[: html.ROWS])]
        return html.table(repr(self)[1:-1], ("input", "result"), rows, len(self))


def with_one_length(
    results: Sequence[Embeddings | DodecaError],
) -> tuple[Embeddings | DodecaError, ...]:
    """The results, with an error in place of vectors that are not as long as most of them."""
    lengths = Counter(
        found.vectors.shape[1] for found in results if not isinstance(found, DodecaError)
    )
    if len(lengths) < 2:
        return tuple(results)
    usual = lengths.most_common(1)[0][0]
    return tuple(
        found
        if isinstance(found, DodecaError) or found.vectors.shape[1] == usual
        else InvalidResponseError(
            f"this vector has {found.vectors.shape[1]} floats, those of the other inputs {usual}"
        )
        for found in results
    )
