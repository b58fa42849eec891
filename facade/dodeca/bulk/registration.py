"""Registering the inputs of a run in its journal.

An input that the journal has unchanged is only looked up: its key, and the size, times and inode of
its file. So a run that finds everything finished opens no file and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Any

import orjson

from dodeca.bulk.inputs import Item
from dodeca.bulk.journal import Journal
from dodeca.bulk.records import FileStamp, RegisteredInput

_AT_ONCE = 500  # inputs; SQLite before 3.32 takes at most 999 parameters
_NO_FILE = FileStamp()

StampOf = Callable[[Item], FileStamp]


def file_stamp(item: Item) -> FileStamp:
    """The stamp of a file; an empty one for other inputs, and for a missing file."""
    if item.origin != "file":
        return _NO_FILE
    try:
        return FileStamp.of(item.source)
    except (OSError, ValueError):
        return _NO_FILE


def register(
    journal: Journal,
    items: Iterable[Item],
    stamp_of: StampOf = file_stamp,
    report: Callable[[int], object] = lambda _: None,
) -> None:
    """Record the inputs of a run, and which files may have changed, in one transaction.

    `report` is called with the number of inputs so far, after each few hundred.
    """
    journal.write_meta("id", journal.id)
    seqs, number, left = count(journal.last_seq() + 1), 0, iter(items)
    with journal.large_cache():
        while some := list(islice(left, _AT_ONCE)):
            _register_some(journal, {item.key: item for item in some}, stamp_of, seqs)
            number += len(some)
            if len(some) == _AT_ONCE:
                report(number)
        journal.commit()


def _register_some(
    journal: Journal, items: dict[str, Item], stamp_of: StampOf, seqs: Iterator[int]
) -> None:
    registered = journal.registered(items)
    of_run: list[int] = []
    added: list[Sequence[Any]] = []
    for key, item in items.items():
        stamp, before = stamp_of(item), registered.get(key)
        if before is None:
            seq = next(seqs)
            added.append(_new_row(seq, key, item, stamp))
        else:
            seq = before.seq
            _update(journal, before, item, stamp)
        of_run.append(seq)
    journal.add_inputs(added)
    journal.add_to_run(of_run)


def _new_row(seq: int, key: str, item: Item, stamp: FileStamp) -> Sequence[Any]:
    options, metadata = item.options.as_json, _as_json(item)
    return (
        *(seq, key, item.kind, item.origin, item.source, options, metadata),
        *(stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode),
    )


def _update(journal: Journal, before: RegisteredInput, item: Item, stamp: FileStamp) -> None:
    """Note that a file may have changed, and the metadata of what is to be embedded."""
    changed = bool(before.changed) or (
        before.state != "new" and stamp.size is not None and not stamp.matches(before.stamp)
    )
    if changed and not before.changed:
        journal.update("inputs", before.seq, changed=1)
    if before.state == "done" and not changed:
        return  # metadata are those of the time when a row set is made
    if (metadata := _as_json(item)) != before.metadata:
        journal.update("inputs", before.seq, metadata=metadata)


def _as_json(item: Item) -> str:
    return orjson.dumps(dict(item.metadata)).decode()
