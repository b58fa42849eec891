"""The queries of this page by their ids, so that later requests can name them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError
from dodeca.library import Query

_MAX_QUERIES = 1000
_MAX_BYTES = 128 << 20


class QueryStore:
    """Queries by id; the least recent ones go first. The same query has the same id."""

    def __init__(self) -> None:
        self._queries: OrderedDict[str, Query] = OrderedDict()
        self._bytes = 0

    def add(self, query: Query) -> str:
        """Keep a query; its id."""
        content = query.image or (query.text or query.segment or "").encode("utf-8", "replace")
        kind = "image" if query.image else "text" if query.text else "segment"
        identity = hashlib.sha256(kind.encode() + b"\0" + content).hexdigest()[:32]
        if identity not in self._queries:
            self._queries[identity] = query
            self._bytes += len(query.image or b"")
        self._queries.move_to_end(identity)
        while len(self._queries) > _MAX_QUERIES or self._bytes > _MAX_BYTES:
            _, oldest = self._queries.popitem(last=False)
            self._bytes -= len(oldest.image or b"")
        return identity

    def get(self, identity: str) -> Query:
        """The query of an id.

        Raises:
            InvalidRequestError: there is none, or not any more.
        """
        found = self._queries.get(identity)
        if found is None:
            raise InvalidRequestError(f"there is no query {quote(identity)}; search again")
        self._queries.move_to_end(identity)
        return found
