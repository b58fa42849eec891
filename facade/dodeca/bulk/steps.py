"""The steps of an input: reading its file, and the requests to the service.

A step takes a row of the journal and returns a `StepOutput`, or raises. It does not write to the
journal, so it can run in any thread, process or machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import attrs

from dodeca._calls.limits import measure
from dodeca.bulk.dataset import pack
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.records import FileStamp, JournalRow, no_hook
from dodeca.bulk.routing import media_of
from dodeca.errors import SourceChangedError
from dodeca.media import Media

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

Headers = Mapping[str, str]
Embedded = tuple["Embeddings", Headers]
Uploaded = tuple[str, bool, Headers]
"""The id of an asset, whether it is ready, and the response headers."""
Submitted = tuple[str, Headers]


class Service(Protocol):
    """The requests of a run; each method blocks until the response is there."""

    def factory(self) -> Callable[[], Service]:
        """A function that connects to the same service in another process; it can be pickled."""
        ...

    def embed(self, kind: str, source: Media | str, options: EmbedOptions) -> Embedded:
        """Embed a text, or media that fit into one synchronous request."""
        ...

    def upload(self, media: Media, marker: str) -> Uploaded:
        """Create an asset with a marker in its user metadata."""
        ...

    def find_asset(self, marker: str, since: float) -> str | None:
        """The id of the asset with a marker, if one was created after a Unix time."""
        ...

    def asset_is_ready(self, asset_id: str) -> bool:
        """Whether an asset is ready to use; raises `JobFailed` if it failed."""
        ...

    def submit(self, kind: str, media: Media, options: EmbedOptions) -> Submitted:
        """Create an embedding task; returns its id."""
        ...

    def task_result(self, task_id: str) -> Embeddings | None:
        """The vectors of a task, None while it runs; raises `JobFailed` if it failed."""
        ...

    def delete_asset(self, asset_id: str) -> None:
        """Delete an asset; no error if it does not exist."""
        ...


@attrs.frozen
class StepOutput:
    """The output of a step; fields that it does not set keep their defaults."""

    content: str | None = None
    stamp: FileStamp = FileStamp()
    media_sec: float | None = None
    packed: bytes | None = attrs.field(default=None, repr=False)
    rows: int = 0
    asset_id: str | None = None
    task_id: str | None = None
    ready: bool = False
    headers: Headers = attrs.field(factory=dict)


StepResult = StepOutput | BaseException


@attrs.frozen
class Steps:
    """The steps of a run. `journal_id` is part of the markers that its assets carry."""

    service: Service
    journal_id: str
    hook: Callable[[str], None] = no_hook

    def perform(self, name: str, row: JournalRow, media: Media | None) -> StepOutput:
        """Perform the step with this name."""
        step: Callable[[JournalRow, Media | None], StepOutput] = getattr(self, f"_{name}")
        self.hook(f"before {name}")
        output = step(row, media)
        self.hook(f"after {name}")
        return output

    def _read(self, row: JournalRow, media: Media | None) -> StepOutput:
        """Hash the content of an input, and measure its duration."""
        found = _fingerprint(row, media)
        source = media_of(row, media)
        is_timed = row.kind in ("audio", "video") and source.is_local
        return attrs.evolve(found, media_sec=measure(source).duration_sec if is_timed else None)

    def _embed(self, row: JournalRow, media: Media | None) -> StepOutput:
        if row.kind == "text":
            found, headers = self.service.embed("text", row.source, row.options)
            return _packed_output(row, found, headers)
        before = _fingerprint(row, media)
        if row.content not in (None, before.content):
            raise SourceChangedError(f"{row.source} has changed since it was read")
        found, headers = self.service.embed(row.kind, media_of(row, media), row.options)
        _check_unchanged(row, before.stamp)
        packed = _packed_output(row, found, headers)
        return attrs.evolve(packed, content=before.content, stamp=before.stamp)

    def _upload(self, row: JournalRow, media: Media | None) -> StepOutput:
        source = media_of(row, media)
        _check_unchanged(row, row.stamp)
        asset_id, ready, headers = self.service.upload(source, self._marker(row))
        _check_unchanged(row, row.stamp)
        return StepOutput(asset_id=asset_id, ready=ready, headers=headers)

    def _find(self, row: JournalRow, media: Media | None) -> StepOutput:
        asset_id = self.service.find_asset(self._marker(row), row.intent_at or 0.0)
        return StepOutput(asset_id=asset_id)

    def _asset(self, row: JournalRow, media: Media | None) -> StepOutput:
        return StepOutput(ready=self.service.asset_is_ready(row.asset_id or ""))

    def _submit(self, row: JournalRow, media: Media | None) -> StepOutput:
        source = Media.asset(row.asset_id) if row.asset_id else media_of(row, media)
        task_id, headers = self.service.submit(row.kind, source, row.options)
        return StepOutput(task_id=task_id, headers=headers)

    def _task(self, row: JournalRow, media: Media | None) -> StepOutput:
        found = self.service.task_result(row.task_id or "")
        return StepOutput() if found is None else _packed_output(row, found, {})

    def _delete(self, row: JournalRow, media: Media | None) -> StepOutput:
        self.service.delete_asset(row.asset_id or "")
        return StepOutput()

    def _marker(self, row: JournalRow) -> str:
        return marker(self.journal_id, row.key, row.content)


def marker(journal_id: str, key: str, content: str | None) -> str:
    """What an asset has in its user metadata: the journal, the input, and the content."""
    return f"{journal_id}-{key}-{(content or '')[:16]}"


def _packed_output(row: JournalRow, found: Embeddings, headers: Headers) -> StepOutput:
    duration = found.metadata.duration if found.metadata else None
    return StepOutput(
        packed=pack(found, row.options.model_name),
        rows=len(found),
        media_sec=row.media_sec if row.media_sec is not None else duration,
        headers=headers,
    )


def _fingerprint(row: JournalRow, media: Media | None) -> StepOutput:
    """The hash of local media, and the size and mtime that would show a change."""
    source = media_of(row, media)
    if source.content is not None:
        return StepOutput(content=_hash(source.content))
    if source.path is None:
        return StepOutput()
    before = FileStamp.of(source.path)
    digest = hashlib.sha256()
    with source.open() as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return StepOutput(content=digest.hexdigest(), stamp=before)


def _check_unchanged(row: JournalRow, before: FileStamp) -> None:
    if row.origin == "file":
        path = Media.file(row.source).path
        if path is None or not FileStamp.of(path).matches(before):
            raise SourceChangedError(f"{row.source} changed while it was being sent")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
