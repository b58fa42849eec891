"""The local stand-in for the API: the documented behaviour on real media, without a key.

Where the documents of the service leave something open or disagree, the emulator chooses:

- Any key is taken, unless one was named. A missing one gives 401 in the flat error form, also where
  the other errors of an operation are nested.
- A path that the API does not have is `404 endpoint_not_exist`, a method that a path does not have
  `405 method_not_allowed`, a JSON body over 64 MB `413 request_too_large`. A path that ends in a
  slash, or has an empty id, is such a path.
- When a request is wrong in several ways, unknown parameters are named first, then missing ones,
  then bad values. Nested parameters have dotted names. A reason may follow the documented text.
- Blocks that do not belong to the `input_type` are `parameter_invalid`. Empty lists of options or
  scopes are, too. Options come back in their documented order, each once.
- The codes of `POST /tasks` for broken, too small, too short or too long video are used for
  embeddings as well, with the limits of that endpoint in their texts; audio shares the codes of
  durations. Bad images and formats of audio are `parameter_invalid`.
- Media are checked when a task is created. An `end_sec` within the last started second of the
  media means their end.
- Embeddings that cannot be made (transcription; audio of a silent film) are left out of `data`, and
  `metadata.emulator_note` says why.
- Embedding tasks disappear seven days after their creation. Being listed counts as a poll.
- A URL stands for a file of that name in the media folder, or is fetched from this machine. All
  others are `parameter_invalid`, as are assets that are not ready.
- The first version of embeddings refuses a bad text, but an image or a sound that cannot be used
  only fails its own part, with 200. A video shorter than a usual clip is one clip. There is no
  vector for `transcription`.
- Without a `model_name`, analyses use `pegasus1.5`, and `pegasus1.2` for a `video_id`; images need
  `pegasus1.6` to be named. Too long a prompt for `pegasus1.2` is `token_limit_exceeded`.
- Generated text is made from measurements (length, scenes, colours, light, motion, sound) and says
  that it is the emulator's. The prompt chooses among them by plain words, the temperature varies
  the phrases; the same request gives the same text. Without `max_tokens` it ends at 4,096 tokens.
- JSON Schema keywords outside the documented subset are `422 parameter_invalid`; so are `pattern`,
  `format` but for timestamps, and bounds that leave no number.
- Segments are scenes that measure as the words of their description, or look like its images; all
  scenes when the description has no word that can be measured.
- A repeated `Idempotency-Key` gives the first task again, whatever else the request says. Analysis
  tasks can be deleted in every state but `processing`.
- Videos are checked when a task, an indexed asset or an import is created. The texts about
  durations and shapes are the documented ones (10 seconds to 2 hours, 1:1 to 16:9), the limits
  the newer ones: from 4 seconds, an hour with Pegasus, and the six listed shapes within two
  percent. A task takes 2 GB, an indexed asset 4 GB, or 2 GB with Pegasus. Pegasus alone takes
  videos, too.
- A video of an index is one thing, however it came: indexed assets list those of tasks and imports,
  without an `asset_id`. Only indexing fails later; a task whose video goes before that fails.
- No stream is encoded: `hls` has the status CANCELED. No words are heard: `transcription` is null,
  and a search in it finds nothing.
- An index has one model of a family. Its names, and those of files in filters, are exact.
- An asset that is indexed is `409 asset_in_use`; forced away, it leaves the indexed video as it is.
- Storage answers under `/storage/` of the host that was asked. A chunk whose report is wrong fails
  with `parameter_invalid`; a URL that is used, expired or sent without its headers is 403.
- A second import meanwhile is `400 import_in_progress`. An integration is the folder of its name
  in the media folder, or else the media folder itself.
- With Marengo 3.0 a search ranks all clips; score, confidence and threshold are those of 2.7, which
  takes a text or images. `total_results` counts items of all pages. Tokens work for an hour.
  `transcription_options` without that option is `search_option_combination_not_supported`.
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
    from .transport import EmulatorTransport as EmulatorTransport

# Loaded when first used: pytest reads the plugin in this package in projects that never emulate.
_HOMES = {
    "Emulator": "core",
    "EmulatorTransport": "transport",
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
    "Clock",
    "VirtualClock",
    "Pace",
    "Instant",
    "ByCount",
    "RealTime",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
