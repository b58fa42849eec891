"""Sentences made from observations, labelled so that nobody takes them for a model's.

The prompt chooses the topics by words such as "colours" or "sound", and words of the
vocabulary in it ("red", "loud") are searched for. What it asks beyond that ("dog") is named as what
cannot be recognised. A higher temperature varies the phrases more, and
the same request always gives the same text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ..media.palette import COLOURS
from .observations import Observation
from .vocabulary import axes_of, is_common, split_words

LABEL = "[dodeca emulator]"

_TOPIC_WORDS = {
    "size": "long length duration last lasts minutes seconds size resolution pixels",
    "colours": "colour colours color colors look looks show shown see",
    "light": "light lighting brightness bright dark day night",
    "motion": "motion move moves moving movement action activity still calm",
    "sound": "sound sounds audio hear heard listen loudness volume music noise soundtrack silent",
    "scenes": "scene scenes cut cuts shot shots chapter chapters when timeline timestamps happens "
    "happen segment segments order moments",
}
_TOPIC_OF = {word: subject for subject, text in _TOPIC_WORDS.items() for word in text.split()}
_QUOTED = 120  # characters of a prompt that are quoted
_QUOTED_WORDS = 5  # unknown words of a prompt that are named
_AUDIBLE_AXES = {  # what only a soundtrack can have
    *("loud", "quiet", "silence", "high pitch", "low pitch", "tonal", "noisy", "rhythm")
}
_FOUND = 150  # thousandths of an axis; a word is found from there


class Phrasing:
    """Picks one of several equivalent phrases by a seed; the first one at temperature 0."""

    def __init__(self, seed: str, temperature: float) -> None:
        self._seed, self._temperature = seed, temperature

    def pick(self, *phrases: str) -> str:
        """Return one of the phrases."""
        text = f"{self._temperature} {self._seed} {phrases[0]}"
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        if number % 1000 >= self._temperature * 1000:
            return phrases[0]
        return phrases[number // 1000 % len(phrases)]


def answer_sentences(
    prompt: str, observations: Sequence[Observation], phrasing: Phrasing
) -> Iterator[str]:
    """Yield the sentences that answer a prompt about some media."""
    quoted = prompt if len(prompt) <= _QUOTED else f"{prompt[:_QUOTED]}…"
    yield f'{LABEL} {phrasing.pick("On", "Asked", "About")} "{quoted}":'
    asked = split_words(prompt)
    topics = {_TOPIC_OF[word] for word in asked if word in _TOPIC_OF}
    wanted = list(dict.fromkeys((word, axis) for word in asked for axis in axes_of(word)))
    unknown = [word for word in dict.fromkeys(asked) if not _is_known(word)]
    if unknown:
        named = _enumeration([f'"{word}"' for word in unknown[:_QUOTED_WORDS]], "or")
        measured = "it measures colours, light, motion and sound"
        yield f"The emulator cannot recognise {named}: {measured}."
    for observation in observations:
        for word in dict.fromkeys(word for word, _ in wanted):
            yield _search_sentence(observation, word, [axis for w, axis in wanted if w == word])
        yield from _description(observation, topics, phrasing, brief=bool(wanted))


def summary(observation: Observation, phrasing: Phrasing) -> str:
    """Return a description in one paragraph, labelled."""
    return " ".join([LABEL, *_description(observation, set(), phrasing, brief=False)])


def title(observation: Observation) -> str:
    """Return a short title such as `Red and blue, loud`, without a label."""
    colours = " and ".join(observation.colours[:2]) or "no image"
    return f"{colours[:1].upper()}{colours[1:]}, {_volume(observation)}"


def scene_clause(observation: Observation, phrasing: Phrasing) -> str:
    """Return what can be seen and heard, as a clause."""
    visual = (
        _colours(observation, phrasing),
        f"{_light(observation, phrasing)} light",
        _motion(observation, phrasing),
    )
    return f"{', '.join(visual)}; {_sound(observation, phrasing)}"


def _description(
    observation: Observation, topics: set[str], phrasing: Phrasing, *, brief: bool
) -> Iterator[str]:
    """Yield the sentences about some topics, or about all of them when none is given.

    `brief` omits the topics that are not given.
    """
    every = not topics and not brief
    thing = f"<@{observation.name}>" if observation.name else f"the {observation.kind}"
    subject = f"{thing[:1].upper()}{thing[1:]}"
    if every or "size" in topics:
        yield f"{subject} {_size(observation, phrasing)}."
    if every or "colours" in topics:
        verb = phrasing.pick("is", "shows", "looks")
        yield f"{subject} {verb} {_colours(observation, phrasing)}."
    if every or "light" in topics:
        yield f"{phrasing.pick('The light is', 'Its light is')} {_light(observation, phrasing)}."
    if observation.kind == "image":
        return
    if every or "motion" in topics:
        yield f"{phrasing.pick('There is', 'You see')} {_motion(observation, phrasing)}."
    if every or "sound" in topics:
        yield f"{phrasing.pick('You hear', 'You can hear')} {_sound(observation, phrasing)}."
    if every or "scenes" in topics:
        for part in observation.parts:
            yield f"From {part.start:.1f} to {part.end:.1f} s: {scene_clause(part, phrasing)}."


def _is_known(word: str) -> bool:
    """Return whether a word of a prompt can be answered, or asks for nothing."""
    return bool(axes_of(word)) or word in _TOPIC_OF or is_common(word)


def _search_sentence(observation: Observation, word: str, axes: Sequence[str]) -> str:
    """Return where a word of the prompt is found, or that it is not."""
    found = [part for part in observation.parts if max(map(part.share, axes)) >= _FOUND]
    where = f"in <@{observation.name}>" if observation.name else "in it"
    if observation.heard is None and _AUDIBLE_AXES.issuperset(axes):
        return f'Whether it is "{word}" cannot be said: there is no sound {where}.'
    if not found:
        return f'There is nothing {where} that measures as "{word}".'
    share = max(observation.share(axis) for axis in axes) / 10
    if observation.kind == "image":
        return f'"{word}" measures {share:.0f} % {where}.'
    times = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in _spans(found))
    return f'"{word}" measures {share:.0f} % over all; it is there from {times}.'


def _spans(parts: Sequence[Observation]) -> list[tuple[float, float]]:
    """Return the time ranges of the parts, adjacent ones merged."""
    spans: list[tuple[float, float]] = []
    for part in parts:
        start = spans.pop()[0] if spans and spans[-1][1] == part.start else part.start
        spans.append((start, part.end))
    return spans


def _size(observation: Observation, phrasing: Phrasing) -> str:
    pixels = f"{observation.width}x{observation.height} pixels"
    if observation.kind == "image":
        return f"{phrasing.pick('has', 'measures')} {pixels}"
    count = len(observation.parts)
    scenes = "one scene" if count == 1 else f"{count} scenes"
    length = f"{observation.duration:.1f} seconds"
    return f"{phrasing.pick('lasts', 'runs for')} {length}, {scenes}, at {pixels}"


def _colours(observation: Observation, phrasing: Phrasing) -> str:
    if observation.seen is None:
        return "without an image"
    named = [f"{colour} ({observation.seen[colour] / 10:.0f} %)" for colour in observation.colours]
    return f"{phrasing.pick('mostly', 'largely', 'chiefly')} {_enumeration(named)}"


def _light(observation: Observation, phrasing: Phrasing) -> str:
    if observation.share("bright") > 300:
        return phrasing.pick("bright", "strong")
    if observation.share("dark") > 300:
        return phrasing.pick("dim", "low")
    return phrasing.pick("medium", "even")


def _motion(observation: Observation, phrasing: Phrasing) -> str:
    if observation.share("motion") > 400:
        return phrasing.pick("much motion", "a lot of motion")
    if observation.share("still") > 400:
        return phrasing.pick("no motion", "nothing that moves")
    return phrasing.pick("some motion", "a little motion")


def _sound(observation: Observation, phrasing: Phrasing) -> str:
    if observation.heard is None:
        return phrasing.pick("nothing, as it has no soundtrack", "no sound: it has no soundtrack")
    if observation.share("silence") > 900:
        return phrasing.pick("silence", "nothing but silence")
    kind = (
        "noise" if observation.share("noisy") > observation.share("tonal") else _pitch(observation)
    )
    return f"{_volume(observation)} {kind}"


def _pitch(observation: Observation) -> str:
    for pitch in ("high", "low"):
        if observation.share(f"{pitch} pitch") > 300:
            return f"{pitch} tones"
    return "tones"


def _volume(observation: Observation) -> str:
    if observation.heard is None or observation.share("silence") > 900:
        return "silent"
    if observation.share("loud") > 500:
        return "loud"
    return "quiet" if observation.share("quiet") > 500 else "moderate"


def _enumeration(items: Sequence[str], word: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def topics(observation: Observation) -> list[str]:
    """Return single words for the colours, light, motion and sound."""
    axes = [a for a in ("bright", "dark", "motion", "still", "cuts") if observation.share(a) > 400]
    return [*(c for c in COLOURS if c in observation.colours), *axes, _volume(observation)]
