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
- Embedding tasks disappear seven days after their creation. Being listed does not count as a poll.
- A URL stands for a file of that name in the media folder, or is fetched from this machine. All
  others are `parameter_invalid`, as are assets that are not ready.
"""

from .clock import ByCount, Clock, Instant, Pace, RealTime, VirtualClock
from .core import Emulator
from .transport import EmulatorTransport

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
