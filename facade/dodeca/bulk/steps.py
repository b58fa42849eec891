"""What is done for an input outside of the journal: reading its file, and asking the service.

A step takes a row of the journal and gives an `StepOutput`, or raises. It changes nothing in the
journal, so that it can be done in any thread, process or machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import attrs

from dodeca.bulk.dataset import pack
from dodeca.bulk.inputs import Options
from dodeca.bulk.journal import Row, nothing
from dodeca.bulk.routing import source_of
from dodeca.errors import SourceChangedError
from dodeca.media import Media, duration_sec

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

Headers = Mapping[str, str]
Embedded = tuple["Embeddings", Headers]
Uploaded = tuple[str, bool, Headers]
"""An asset's id, and whether it is ready."""
Submitted = tuple[str, Headers]


class Service(Protocol):
    """What a run asks of the service; each method is one call, and blocks."""

    def factory(self) -> Callable[[], Service]:
        """A function that connects to the same service in another process; it can be pickled."""
        ...

    def embed(self, kind: str, source: Media | str, options: Options) -> Embedded:
        """The vectors of a text, or of media that go into one call."""
        ...

    def upload(self, media: Media, marker: str) -> Uploaded:
        """A new asset that carries a marker."""
        ...

    def find(self, marker: str, since: float) -> str | None:
        """The id of the asset with a marker, if there is one from after a Unix time."""
        ...

    def asset_is_ready(self, asset_id: str) -> bool:
        """Whether an asset can be used; raises `JobFailed` where it never will."""
        ...

    def submit(self, kind: str, media: Media, options: Options) -> Submitted:
        """A new embedding task."""
        ...

    def result(self, task_id: str) -> Embeddings | None:
        """What a task gave, None while it runs; raises `JobFailed` where it gives nothing."""
        ...

    def delete(self, asset_id: str) -> None:
        """Delete an asset, or find it gone."""
        ...


@attrs.frozen
class StepOutput:
    """What a step brought; fields that do not belong to it are None."""

    content: str | None = None
    size: int | None = None
    mtime_ns: int | None = None
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
    at: Callable[[str], None] = nothing

    def perform(self, name: str, row: Row, media: Media | None) -> StepOutput:
        """Do the step of this name."""
        step: Callable[[Row, Media | None], StepOutput] = getattr(self, f"_{name}")
        self.at(f"before {name}")
        outcome = step(row, media)
        self.at(f"after {name}")
        return outcome

    def _read(self, row: Row, media: Media | None) -> StepOutput:
        """The content of an input, by its hash, and how long it lasts."""
        found = _fingerprint(row, media)
        source = source_of(row, media)
        is_timed = row.kind in ("audio", "video") and source.is_local
        return attrs.evolve(found, media_sec=duration_sec(source) if is_timed else None)

    def _embed(self, row: Row, media: Media | None) -> StepOutput:
        if row.kind == "text":
            found, headers = self.service.embed("text", row.source, row.options)
            return attrs.evolve(_packed(row, found, headers), content=_hash(row.source.encode()))
        before = _fingerprint(row, media)
        if row.content not in (None, before.content):
            raise SourceChangedError(f"{row.source} has changed since it was looked at")
        found, headers = self.service.embed(row.kind, source_of(row, media), row.options)
        _check_unchanged(row, before)
        packed = _packed(row, found, headers)
        return attrs.evolve(
            packed, content=before.content, size=before.size, mtime_ns=before.mtime_ns
        )

    def _upload(self, row: Row, media: Media | None) -> StepOutput:
        source = source_of(row, media)
        before = StepOutput(size=row.size, mtime_ns=row.mtime_ns)
        _check_unchanged(row, before)
        asset_id, ready, headers = self.service.upload(source, self._marker(row))
        _check_unchanged(row, before)
        return StepOutput(asset_id=asset_id, ready=ready, headers=headers)

    def _find(self, row: Row, media: Media | None) -> StepOutput:
        asset_id = self.service.find(self._marker(row), row.intent_at or 0.0)
        return StepOutput(asset_id=asset_id)

    def _asset(self, row: Row, media: Media | None) -> StepOutput:
        return StepOutput(ready=self.service.asset_is_ready(row.asset_id or ""))

    def _submit(self, row: Row, media: Media | None) -> StepOutput:
        source = Media.asset(row.asset_id) if row.asset_id else source_of(row, media)
        task_id, headers = self.service.submit(row.kind, source, row.options)
        return StepOutput(task_id=task_id, headers=headers)

    def _task(self, row: Row, media: Media | None) -> StepOutput:
        found = self.service.result(row.task_id or "")
        return StepOutput() if found is None else _packed(row, found, {})

    def _delete(self, row: Row, media: Media | None) -> StepOutput:
        self.service.delete(row.asset_id or "")
        return StepOutput()

    def _marker(self, row: Row) -> str:
        return f"{self.journal_id}-{row.key}-{(row.content or '')[:16]}"


def _packed(row: Row, found: Embeddings, headers: Headers) -> StepOutput:
    lasted = found.metadata.duration if found.metadata else None
    return StepOutput(
        packed=pack(found, row.options.model_name),
        rows=len(found),
        media_sec=row.media_sec if row.media_sec is not None else lasted,
        headers=headers,
    )


def _fingerprint(row: Row, media: Media | None) -> StepOutput:
    """What a local file holds, and by what a change of it would show."""
    source = source_of(row, media)
    if source.content is not None:
        return StepOutput(content=_hash(source.content))
    if source.path is None:
        return StepOutput()
    before = source.path.stat()
    digest = hashlib.sha256()
    with source.open() as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return StepOutput(content=digest.hexdigest(), size=before.st_size, mtime_ns=before.st_mtime_ns)


def _check_unchanged(row: Row, before: StepOutput) -> None:
    if row.origin == "file":
        now = Media.file(row.source).path
        found = now.stat() if now else None
        if found is None or (found.st_size, found.st_mtime_ns) != (before.size, before.mtime_ns):
            raise SourceChangedError(f"{row.source} changed while it was sent")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
