"""A column of few different words, held as small integers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = np.iinfo(np.int16).max  # words, beyond which codes are wider


class Labels(Sequence["str | None"]):
    """A read-only column of words, such as "visual" or "clip"; None where there is no word.

    An integer index gives the word; a slice, a mask or an array of indices gives `Labels`.
    `codes` is int16 of shape (n,), each the place of a word in `words`; int32 where there are more
    than 32,767 words. Compared with a word or None, the column gives a mask of its rows, as numpy
    does; compared with a sequence, whether all words are equal.

    >>> from dodeca.embeddings.labels import Labels
    >>> Labels.of(["visual", "audio", "visual"]).distinct()
    ['visual', 'audio']
    """

    __slots__ = ("codes", "words")

    def __init__(self, codes: NDArray[np.signedinteger[Any]], words: Sequence[str | None]) -> None:
        self.codes = codes
        self.words = tuple(words)
        codes.setflags(write=False)

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Labels:
        """A column from its words, one for each row."""
        places: dict[str | None, int] = {}
        codes = [places.setdefault(value, len(places)) for value in values]
        return cls(np.array(codes, dtype=_width(len(places))), tuple(places))

    @classmethod
    def same(cls, word: str | None, count: int) -> Labels:
        """A column that has one word throughout."""
        return _alone(word) if count == 1 else cls(np.zeros(count, dtype=np.int16), (word,))

    @classmethod
    def joined(cls, columns: Sequence[Labels]) -> Labels:
        """Columns below each other."""
        places: dict[str | None, int] = {}
        moved = []
        for column in columns:
            used, codes = np.unique(column.codes, return_inverse=True)  # one row of many words
            found = [places.setdefault(column.words[at], len(places)) for at in used]
            moved.append(np.array(found, np.int32)[codes])
        width = _width(len(places))
        whole = np.concatenate(moved) if moved else np.zeros(0, width)
        return cls(whole.astype(width), tuple(places))

    def is_(self, word: str | None) -> NDArray[np.bool_]:
        """A mask of the rows that have this word, of shape (n,)."""
        return self.any_of([word])

    def any_of(self, words: Iterable[str | None]) -> NDArray[np.bool_]:
        """A mask of the rows that have one of these words, of shape (n,)."""
        wanted = set(words)
        return np.asarray(np.array([word in wanted for word in self.words], np.bool_)[self.codes])

    def distinct(self) -> list[str | None]:
        """The words that some row has, in the order of their first rows."""
        codes, rows = np.unique(self.codes, return_index=True)
        return [self.words[code] for code in codes[np.argsort(rows)]]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> str | None: ...
    @overload
    def __getitem__(self, index: slice | NDArray[Any]) -> Labels: ...
    def __getitem__(self, index: Any) -> str | Labels | None:
        found = self.codes[index]
        return Labels(found, self.words) if isinstance(found, np.ndarray) else self.words[found]

    def __eq__(self, other: object) -> Any:
        if other is None or isinstance(other, str):
            return self.is_(other)
        if isinstance(other, Sequence):
            return list(self) == list(other)
        return NotImplemented

    def __ne__(self, other: object) -> Any:
        found = self.__eq__(other)
        if isinstance(found, bool):
            return not found
        return found if found is NotImplemented else ~found

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Labels({list(self)!r})"


@functools.lru_cache(maxsize=64)
def _alone(word: str | None) -> Labels:
    """One row: what thousands of texts and pictures have in common is made once."""
    return Labels(np.zeros(1, dtype=np.int16), (word,))


def _width(words: int) -> type[np.signedinteger[Any]]:
    return np.int16 if words <= _MOST else np.int32
