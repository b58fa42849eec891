"""Sentences made from facts. They begin with a label, so that nobody takes them for a model's.

The prompt chooses what is spoken of, by plain words such as "colours" or "sound"; what it names and
the vocabulary knows ("red", "loud") is looked for. A higher temperature varies the phrases more,
and the same request is always answered with the same text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ..media.pixels import COLOURS
from .observations import Facts
from .vocabulary import axes_of, words

LABEL = "[dodeca emulator]"

_SUBJECTS = {
    "size": "long length duration last lasts minutes seconds size resolution pixels",
    "colours": "colour colours color colors look looks show shown see",
    "light": "light lighting brightness bright dark day night",
    "motion": "motion move moves moving movement action activity still calm",
    "sound": "sound sounds audio hear heard listen loudness volume music noise soundtrack silent",
    "scenes": "scene scenes cut cuts shot shots chapter chapters when timeline timestamps happens "
    "happen segment segments order moments",
}
_SUBJECT_OF = {word: subject for subject, text in _SUBJECTS.items() for word in text.split()}
_QUOTED = 120  # characters of a prompt that are repeated
_FOUND = 150  # thousandths from which on something that was asked for is there


class Voice:
    """Picks among phrases that mean the same, by a seed; the first one at temperature 0."""

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


def answer(prompt: str, told: Sequence[Facts], voice: Voice) -> Iterator[str]:
    """Go through the sentences that answer a prompt about some media."""
    quoted = prompt if len(prompt) <= _QUOTED else f"{prompt[:_QUOTED]}…"
    yield f'{LABEL} {voice.pick("On", "Asked", "About")} "{quoted}":'
    asked = words(prompt)
    subjects = {_SUBJECT_OF[word] for word in asked if word in _SUBJECT_OF}
    sought = list(dict.fromkeys((word, axis) for word in asked for axis in axes_of(word)))
    for facts in told:
        for word in dict.fromkeys(word for word, _ in sought):
            yield _search(facts, word, [axis for w, axis in sought if w == word])
        yield from _account(facts, subjects, voice, brief=bool(sought))


def summary(facts: Facts, voice: Voice) -> str:
    """Return an account of everything in one paragraph, labelled."""
    return " ".join([LABEL, *_account(facts, set(), voice, brief=False)])


def title(facts: Facts) -> str:
    """Return a short line such as `Red and blue, loud`, without a label."""
    look = " and ".join(facts.colours[:2]) or "nothing seen"
    return f"{look[:1].upper()}{look[1:]}, {_volume(facts)}"


def scene(facts: Facts, voice: Voice) -> str:
    """Return what is seen and heard, as half a sentence."""
    look = f"{_colours(facts, voice)}, {_light(facts, voice)} light, {_motion(facts, voice)}"
    return f"{look}; {_sound(facts, voice)}"


def _account(facts: Facts, subjects: set[str], voice: Voice, *, brief: bool) -> Iterator[str]:
    """Go through the sentences on some subjects; on all of them when none is named.

    `brief` leaves out what was not asked for.
    """
    every = not subjects and not brief
    thing = f"<@{facts.name}>" if facts.name else f"the {facts.kind}"
    subject = f"{thing[:1].upper()}{thing[1:]}"
    if every or "size" in subjects:
        yield f"{subject} {_size(facts, voice)}."
    if every or "colours" in subjects:
        yield f"{subject} {voice.pick('is', 'shows', 'looks')} {_colours(facts, voice)}."
    if every or "light" in subjects:
        yield f"{voice.pick('The light is', 'Its light is')} {_light(facts, voice)}."
    if facts.kind == "image":
        return
    if every or "motion" in subjects:
        yield f"{voice.pick('There is', 'One sees')} {_motion(facts, voice)}."
    if every or "sound" in subjects:
        yield f"{voice.pick('One hears', 'To be heard:')} {_sound(facts, voice)}."
    if every or "scenes" in subjects:
        for part in facts.parts:
            yield f"From {part.start:.1f} to {part.end:.1f} s: {scene(part, voice)}."


def _search(facts: Facts, word: str, axes: Sequence[str]) -> str:
    """Return where something that the prompt names is, or that it is nowhere."""
    found = [part for part in facts.parts if max(map(part.share, axes)) >= _FOUND]
    where = f"in <@{facts.name}>" if facts.name else "in it"
    if not found:
        return f'There is nothing {where} that measures as "{word}".'
    share = max(facts.share(axis) for axis in axes) / 10
    if facts.kind == "image":
        return f'"{word}" measures {share:.0f} % {where}.'
    times = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in _spans(found))
    return f'"{word}" measures {share:.0f} % over all; it is there from {times}.'


def _spans(parts: Sequence[Facts]) -> list[tuple[float, float]]:
    """Return from when to when the parts last, neighbours taken together."""
    spans: list[tuple[float, float]] = []
    for part in parts:
        start = spans.pop()[0] if spans and spans[-1][1] == part.start else part.start
        spans.append((start, part.end))
    return spans


def _size(facts: Facts, voice: Voice) -> str:
    pixels = f"{facts.width}x{facts.height} pixels"
    if facts.kind == "image":
        return f"{voice.pick('has', 'measures')} {pixels}"
    count = len(facts.parts)
    scenes = "one scene" if count == 1 else f"{count} scenes"
    length = f"{facts.duration:.1f} seconds"
    return f"{voice.pick('lasts', 'runs for')} {length}, {scenes}, at {pixels}"


def _colours(facts: Facts, voice: Voice) -> str:
    if facts.seen is None:
        return "without a picture"
    named = [f"{colour} ({facts.seen[colour] / 10:.0f} %)" for colour in facts.colours]
    return f"{voice.pick('mostly', 'largely', 'chiefly')} {_listed(named)}"


def _light(facts: Facts, voice: Voice) -> str:
    if facts.share("bright") > 300:
        return voice.pick("bright", "strong")
    if facts.share("dark") > 300:
        return voice.pick("dim", "low")
    return voice.pick("medium", "even")


def _motion(facts: Facts, voice: Voice) -> str:
    if facts.share("motion") > 400:
        return voice.pick("much motion", "a lot of motion")
    if facts.share("still") > 400:
        return voice.pick("no motion", "nothing that moves")
    return voice.pick("some motion", "a little motion")


def _sound(facts: Facts, voice: Voice) -> str:
    if facts.heard is None:
        return voice.pick("nothing, as it has no soundtrack", "no sound: it has no soundtrack")
    if facts.share("silence") > 900:
        return voice.pick("silence", "nothing but silence")
    kind = "noise" if facts.share("noisy") > facts.share("tonal") else _pitch(facts)
    return f"{_volume(facts)} {kind}"


def _pitch(facts: Facts) -> str:
    for pitch in ("high", "low"):
        if facts.share(f"{pitch} pitch") > 300:
            return f"{pitch} tones"
    return "tones"


def _volume(facts: Facts) -> str:
    if facts.heard is None or facts.share("silence") > 900:
        return "silent"
    if facts.share("loud") > 500:
        return "loud"
    return "quiet" if facts.share("quiet") > 500 else "moderate"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def topics(facts: Facts) -> list[str]:
    """Return single words: the colours, the light, the motion and the sound."""
    axes = [a for a in ("bright", "dark", "motion", "still", "cuts") if facts.share(a) > 400]
    return [*(c for c in COLOURS if c in facts.colours), *axes, _volume(facts)]
