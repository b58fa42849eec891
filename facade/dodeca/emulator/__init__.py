"""A local stand-in for the API: the documented behaviour on real media, without a key.

Where the documents of the service are incomplete or contradict each other, the emulator decides:

- It accepts any key, unless one is set. A missing key gives 401 in the flat error form, also where
  the other errors of an operation are nested.
- A path that the API does not have is `404 endpoint_not_exist`, a method that a path does not have
  `405 method_not_allowed`, a JSON body over 64 MB `413 request_too_large`. A path with a trailing
  slash or an empty id does not exist.
- When a request has several errors, unknown parameters come first, then missing ones, then invalid
  values. Nested parameters have dotted names. A reason may follow the documented text.
- Objects that do not belong to the `input_type` are `parameter_invalid`, and so are empty lists of
  options or scopes. Options are returned in their documented order, each once.
- Embeddings use the codes of `POST /tasks` for videos that are broken, too small, too short or too
  long, with the limits of their own endpoint in the texts; audio shares the codes for durations.
  Invalid images and audio formats are `parameter_invalid`, and so are images of more than 67
  million pixels, which are not decoded.
- Media are checked when a task is created. An `end_sec` within the last started second of the
  media means their end.
- Embeddings that cannot be made (transcription; audio of a silent video) are missing from `data`,
  and `metadata.emulator_note` says why.
- An image or a document that cannot be decoded fails its task with the documented sentence.
- Embedding tasks disappear seven days after their creation. Being listed counts as a poll.
- With Marengo 3.5 images may have any format that FFmpeg reads. A source of a `multi_input` that is
  too large or too long is a 400, a PDF of too many pages a 413. What is read as text counts as
  tokens of `text`, also of a document. The context window for documents is that for texts: a whole
  document is cut to it, and `usage` says so; a chunk that is longer fails the task. Any file in
  UTF-8 is plain text or Markdown.
- A moment of `time_based_metadata` belongs to the segment that contains it.
- A URL stands for a file of that name in the media folder, or is fetched from this machine. All
  others are `parameter_invalid`, and so are assets that are not ready.
- Version 1 of embeddings rejects an invalid text, but an unusable image or audio file only fails
  its own part, with 200. A video shorter than a clip is one clip. There is no vector for
  `transcription`.
- Without a `model_name`, analyses use `pegasus1.5`, and `pegasus1.2` for a `video_id`; images
  require `pegasus1.6`. Too long a prompt for `pegasus1.2` is `token_limit_exceeded`.
- Generated text is made from measurements (duration, scenes, colours, light, motion, audio) and is
  labelled as the emulator's. Words of the prompt choose among them and the temperature varies the
  phrases; the same request gives the same text. Without `max_tokens` it ends at 4,096 tokens.
- Where no measurement decides between the choices of a schema, `emulator_note` in the response
  names them.
- JSON Schema keywords outside the documented subset are `422 parameter_invalid`; so are `pattern`,
  `format` except for timestamps, and bounds that allow no number.
- Segments are scenes that match words of their description or resemble its images, or all scenes
  when the description has no word that can be measured.
- A batch is notified as `analyze.batch.` and its status. It and its tasks follow the pace: polling
  or listing it polls its tasks, which are listed among all others and can be canceled and deleted
  with their batch only. With the pace `instant` they are queued until the first poll. An asset that
  is no video, or not one within the limits, fails its own request as `asset_unavailable`; an asset
  that is not ready is `409 asset_not_ready`, a sixth active batch `429 too_many_requests`. What a
  request says wrong is a 400 that names the request, also a schema outside the subset.
- A task that has ended otherwise, or is one of a batch, is `409 task_cannot_be_canceled`.
- A repeated `Idempotency-Key` returns the first task, whatever else the request contains. Analysis
  tasks can be deleted in every state except `processing`.
- Videos are checked when a task, an indexed asset or an import is created. The text about
  shapes is the documented one (1:1 to 16:9); the limits are the newer ones: from 4 seconds, an
  hour with Pegasus, and the six listed shapes within two percent, also in version 1 of embeddings.
  A shape is that of the video as displayed, after rotation and with square pixels. A task accepts
  2 GB, an indexed asset 4 GB, or 2 GB with Pegasus. An index with Pegasus alone accepts videos,
  too.
- Indexed assets list all videos of an index, those of tasks and imports without an `asset_id`.
  Only indexing fails later; a task whose video is deleted before that fails.
- No stream is encoded: `hls` has the status CANCELED. There is no speech recognition:
  `transcription` is null, and a search in it finds nothing.
- An index has one model of a family. Names of indexes, and of files in filters, match exactly.
- Deleting an asset that is indexed is `409 asset_in_use`; with `force` the indexed video is kept.
- Storage is under `/storage/` of the host of the request. A chunk whose report is wrong fails with
  `parameter_invalid`; a URL that is used, expired or sent without its headers is 403.
- A second import while one is running is `400 import_in_progress`. An integration is the folder of
  its name in the media folder, or else the media folder itself.
- With Marengo 3.0 a search ranks all clips; score, confidence and threshold are those of 2.7, which
  accepts a text or images. `total_results` counts the items of all pages. Page tokens are valid for
  an hour. `transcription_options` without that option is `search_option_combination_not_supported`.
- A 429 of search, gist, summarize and generate has no body, as documented; all others have one.
- `estimated_time` follows from the pace; it is null where only the number of polls decides.
- Webhooks are sent for the URLs it was given, once a task of `/tasks` or `/analyze/tasks`, or a
  batch, that it took itself has ended, polled or not; where only polls decide, they still do. A
  notification that is not acknowledged is sent three times in all. Its signature has the real time.
- The front page, `/emulator/ledger` and `/emulator/thumbnails/` need no key.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clock import ByCount as ByCount
    from .clock import Clock as Clock
    from .clock import Instant as Instant
    from .clock import Pace as Pace
    from .clock import RealTime as RealTime
    from .clock import VirtualClock as VirtualClock
    from .core import Emulator as Emulator
    from .faults import Fault as Fault
    from .rules.quota import Limit as Limit
    from .server import serving as serving
    from .transport import EmulatorTransport as EmulatorTransport

# Imported on first use: pytest loads the plugin of this package in projects that never emulate.
_MODULES = {
    "Emulator": "core",
    "EmulatorTransport": "transport",
    "serving": "server",
    "Fault": "faults",
    "Limit": "rules.quota",
    "Clock": "clock",
    "VirtualClock": "clock",
    "Pace": "clock",
    "Instant": "clock",
    "ByCount": "clock",
    "RealTime": "clock",
}

__all__ = [
    "Emulator",
    "EmulatorTransport",
    "serving",
    "Fault",
    "Limit",
    "Clock",
    "VirtualClock",
    "Pace",
    "Instant",
    "ByCount",
    "RealTime",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value
