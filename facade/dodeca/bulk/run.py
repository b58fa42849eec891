"""A bulk run from start to end."""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson

from dodeca._base import extras
from dodeca._base.text import quote
from dodeca.bulk.database import done_keys
from dodeca.bulk.dataset import Dataset, metadata_types
from dodeca.bulk.engine import Engine
from dodeca.bulk.inputs import Item, items
from dodeca.bulk.integrity import check_library
from dodeca.bulk.journal import Journal
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.paths import OutputPaths
from dodeca.bulk.records import no_hook
from dodeca.bulk.registration import register
from dodeca.bulk.results import Run
from dodeca.bulk.routing import estimate
from dodeca.bulk.settings import RunSettings
from dodeca.bulk.steps import Service, Steps, marker
from dodeca.bulk.workers import ThreadWorkers, Workers
from dodeca.errors import ConfigurationError, DodecaError, InvalidRequestError
from dodeca.media import Media

OnProgress = Callable[[Run], object]
Hook = Callable[[str], None]

_PROGRESS_INTERVAL_SEC = 0.1


def embed_inputs(
    service: Service,
    inputs: Any,
    out: str | os.PathLike[str],
    *,
    options: EmbedOptions,
    settings: RunSettings,
    dry_run: bool = False,
    progress: bool | OnProgress = False,
    hook: Hook = no_hook,
) -> Run:
    """Embed the inputs that are not embedded yet; see `client.embed.run`."""
    options.check()
    if not (isinstance(progress, bool) or callable(progress)):
        raise InvalidRequestError(
            f"progress must be a bool or a function of the run, got {quote(progress)}"
        )
    if dry_run:
        return _dry_run(inputs, out, options, settings)
    paths = OutputPaths.of(out)
    left_out = Counter[str]()
    run = Run(paths.vectors, paths.errors, left_out=left_out)
    in_memory: dict[str, Media] = {}
    journal = Journal(paths.journal, hook)
    try:
        check_library(journal, paths)
        with _progress_reporter(progress) as report_progress:
            found = _of_one_space(items(inputs, options, left_out), journal)
            _register(journal, _collect_in_memory(found, in_memory), run, report_progress)
            types = _metadata_types(journal)
            _count_inputs(journal, run, settings)
            steps = Steps(service, journal.id, hook)
            workers = _make_workers(settings.engine, steps, settings.concurrency)
            dataset = Dataset(paths, journal, types, hook, part_bytes=settings.part_bytes)
            dataset.align_columns()
            with contextlib.closing(workers):
                engine = Engine(
                    journal, dataset, workers, settings, run, in_memory, report_progress
                )
                try:
                    engine.run()
                finally:
                    engine.flush()
                    if not settings.keep_assets:
                        _delete_assets(service, journal, settings.reconcile_after_sec)
                    run.failures = list(journal.failures())
                    dataset.write_errors(journal.failures(of_all_runs=True))
                    run.end()
                report_progress(run)
        return run
    finally:
        journal.close()


def _of_one_space(found: Iterator[Item], journal: Journal) -> Iterator[Item]:
    """The items; only vectors of one model and one dimension can be compared.

    Raises:
        InvalidRequestError: an item is of another model or dimension than the dataset.
    """
    space = journal.space()
    for item in found:
        space = space or item.options.space
        if item.options.space != space:
            (model, dimension), (other, length) = space, item.options.space
            raise InvalidRequestError(
                f"a dataset holds vectors of one model and one dimension, here {model} and "
                f"{dimension}; {quote(item.source)} asks for {other} and {length}: write it to "
                "another dataset"
            )
        yield item


def _collect_in_memory(found: Iterator[Item], in_memory: dict[str, Media]) -> Iterator[Item]:
    """The items; media in memory are kept in `in_memory`, as the journal does not store them."""
    for item in found:
        if item.media is not None:
            in_memory[item.key] = item.media
        yield item


def _register(
    journal: Journal, found: Iterator[Item], run: Run, report_progress: OnProgress
) -> None:
    """Register the inputs of the run, and report how many there are so far."""

    def report(number: int) -> None:
        run.total = number
        report_progress(run)

    run.is_registering = True
    register(journal, found, report=report)
    run.begin()


def _metadata_types(journal: Journal) -> dict[str, str]:
    """The types of the metadata columns; they are fixed once there are row sets."""
    fixed = journal.read_meta("columns") if journal.has_row_sets() else None
    found = metadata_types(journal.distinct_metadata(), orjson.loads(fixed) if fixed else None)
    journal.write_meta("columns", orjson.dumps(found).decode())
    journal.commit()
    return found


def _count_inputs(journal: Journal, run: Run, settings: RunSettings) -> None:
    """Count what is known at the start of a run."""
    run.total = 0
    run.orphaned_tasks = int(journal.read_meta("orphans") or 0)
    for state, is_open, code, number in journal.count_states(retry_failed=settings.retry_failed):
        run.total += number
        if is_open:
            continue
        if state == "done":
            run.skipped += number
        elif state == "failed":
            run.count_failure(code or "error", number)
        elif state == "unknown" and settings.on_unknown == "stop":
            run.unknown += number


def _delete_assets(service: Service, journal: Journal, reconcile_after_sec: float) -> None:
    """Delete the assets that earlier runs left, after a crash or with `keep_assets`."""
    for seq, asset_id in journal.leftover_assets():
        with contextlib.suppress(DodecaError):  # the next run tries again
            service.delete_asset(asset_id)
            journal.update("a deleted asset", seq, asset_id=None)
    for number, key, content, intent_at, known_id in journal.abandoned_assets():
        with contextlib.suppress(DodecaError):
            found_id = known_id or service.find_asset(
                marker(journal.id, key, content), intent_at or 0
            )
            if found_id is not None:
                service.delete_asset(found_id)
            if found_id is not None or time.time() > (intent_at or 0) + reconcile_after_sec:
                journal.forget_abandoned(number)
    journal.commit()


def _dry_run(
    inputs: Any, out: str | os.PathLike[str], options: EmbedOptions, settings: RunSettings
) -> Run:
    """Estimate a run, without sending or writing anything."""
    paths = OutputPaths.of(out, create=False)
    done: frozenset[str] = frozenset()
    if paths.journal.exists():
        done = done_keys(paths.journal, None if paths.table else paths.vectors)
    left_out = Counter[str]()
    found = estimate(items(inputs, options, left_out), done.__contains__, settings.via)
    return Run(
        paths.vectors,
        paths.errors,
        total=found.inputs + found.skipped,
        skipped=found.skipped,
        left_out=left_out,
        estimate=found,
    )


def _make_workers(engine: str, steps: Steps, count: int) -> Workers:
    if engine == "local":
        return ThreadWorkers(steps, count)
    from dodeca.bulk.ray_workers import RayWorkers

    return RayWorkers(steps, count)


@contextlib.contextmanager
def _progress_reporter(progress: bool | OnProgress) -> Iterator[OnProgress]:
    """A function that shows the progress: a bar, or the caller's function."""
    if not progress:
        yield lambda _: None
        return
    if progress is not True:
        yield _throttled(progress)
        return
    try:
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a progress bar", "progress", exc)) from exc
    with tqdm(desc="registering", unit="input") as bar:
        yield partial(_draw, bar)


def _draw(bar: Any, run: Run) -> None:
    """Draw a run: how many inputs are registered so far, then how many are finished."""
    if run.is_registering:
        bar.update(run.total - bar.n)
        return
    if bar.total is None:
        bar.set_description(refresh=False)
        bar.reset(run.total)
        bar.initial = run.skipped
    bar.n = run.total - run.remaining
    bar.set_postfix(failed=run.failed, minutes=f"{run.minutes:.1f}")


def _throttled(show: OnProgress) -> OnProgress:
    """Call `show` at most ten times a second, and at the end."""
    last = 0.0

    def throttled(run: Run) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PROGRESS_INTERVAL_SEC or run.has_ended:
            last = now
            show(run)

    return throttled
