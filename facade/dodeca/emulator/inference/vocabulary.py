"""A small vocabulary from words to the named axes, and the tokens of a text.

A word means what the table says, whatever its context: "not red" means red.
"""

import re
from itertools import islice

from ..media.palette import PALETTE

WORDS_BY_AXIS: dict[str, str] = {
    **{colour: " ".join(shades) for colour, shades in PALETTE.items()},
    "bright": "bright light sunny sunshine sunlit day daylight shining brilliant white snow noon",
    "dark": "dark night dim gloomy shadow midnight evening black dusk unlit",
    "colourful": "colourful colorful vivid vibrant saturated rainbow psychedelic",
    "detailed": "detailed busy crowded crowd texture textured pattern complex city cluttered",
    "plain": "plain empty blank flat simple smooth minimal uniform",
    "motion": "motion moving move fast run running action dancing dance race jump jumping quick "
    "driving walk walking fly flying sport",
    "still": "still static motionless frozen steady calm portrait photo photograph standing",
    "cuts": "cuts montage edited trailer jumpy",
    "loud": "loud noisy scream screaming shout shouting bang explosion blast crash thunder siren "
    "roar roaring yell cheer cheering",
    "quiet": "quiet soft softly whisper whispering faint hushed murmur gentle",
    "silence": "silence silent mute muted soundless noiseless",
    "high pitch": "high shrill squeak squeaky whistle whistling beep chirp treble piccolo "
    "soprano siren birdsong scream screaming",
    "low pitch": "low deep bass rumble rumbling hum humming drone thunder baritone engine",
    "tonal": "tone tonal note pitch beep whistle whistling melody hum humming sing singing song "
    "music musical chord",
    "noisy": "noise noisy static hiss hissing wind rain applause waterfall waves rustle crackle "
    "traffic buzz",
    "rhythm": "rhythm rhythmic beat beats drum drums drumming percussion pulse ticking clapping "
    "music dance techno",
}
"""The words of each axis, by its name in `vectors.AXES`."""

# Words that ask or describe without naming anything that could be recognised.
_COMMON_WORDS = """
a about after all also an and answer any anything are as asked at be been before best
between brief briefly but by can chapter chapters clip clips complete could create cut
cuts describe description detail details did do does during each end every everything few
film find first footage for from generate get give good had has have hear highlight
highlights how i image images in into is it its json kind large last list long look looks
lot made main make many me media mention more most much my name new no not object of on
one only or other our out over overview part parts picture pictures please prompt question
report return say scene scenes second seconds see seen segment segments sentence sentences
short shot shots show shown shows small some something start structured style summarise
summarize summary take tell text than that the their them then there these they thing
things this three time times title to topic topics two type up use value very video videos
was we well were what when where which while who whole why will with within word words
would write you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())

_AXES_OF: dict[str, list[str]] = {}
for _axis, _words in WORDS_BY_AXIS.items():
    for _word in _words.split():
        _AXES_OF.setdefault(_word, []).append(_axis)

# Ideographs and kana are written without spaces: each counts as a word.
_SINGLE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")
_TOKEN = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+|[^\w\s]|_")


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case, in order."""
    return _WORD.findall(text.casefold())


def base_form(word: str) -> str:
    """Return the singular of a word if only that has axes, else the word."""
    singular = word.removesuffix("s")
    return singular if word not in _AXES_OF and singular in _AXES_OF else word


def axes_of(word: str) -> list[str]:
    """Return the axes of a word, mostly none; a plural counts as its singular."""
    return _AXES_OF.get(base_form(word), [])


def is_common(word: str) -> bool:
    """Return whether a word names nothing, such as "the", "describe" and all numbers."""
    return word in _COMMON or word.isdecimal() or len(word) == 1


def count_tokens(text: str) -> int:
    """Return the number of tokens: one for each word, number, ideograph and punctuation mark.

    The service has a tokenizer of its own, so the counts can differ.
    """
    return len(_TOKEN.findall(text))


def first_tokens(text: str, count: int) -> str:
    """Return the beginning of a text, up to the end of its `count`-th token."""
    ends = [match.end() for match in islice(_TOKEN.finditer(text), count + 1)]
    return text if len(ends) <= count else text[: ends[count - 1]]


def last_tokens(text: str, count: int) -> str:
    """Return the end of a text, from the start of its `count`-th last token."""
    starts = [match.start() for match in _TOKEN.finditer(text)]
    return text if len(starts) <= count else text[starts[-count] :]
