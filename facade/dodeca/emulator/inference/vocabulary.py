"""A small vocabulary from words to the named axes, and the tokens of a text.

A word means what the table says, whatever its context: "not red" means red.
"""

import re
from itertools import islice

WORDS_BY_AXIS: dict[str, str] = {
    "red": "red scarlet crimson ruby maroon burgundy vermilion cherry tomato blood",
    "orange": "orange tangerine amber apricot carrot pumpkin rust",
    "yellow": "yellow golden gold lemon banana mustard sunflower",
    "green": "green emerald lime olive jade grass forest leaf meadow lawn jungle",
    "cyan": "cyan turquoise teal aqua aquamarine",
    "blue": "blue azure navy cobalt indigo sapphire sky ocean sea water",
    "purple": "purple violet lilac lavender mauve plum",
    "pink": "pink magenta fuchsia rose rosy salmon",
    "brown": "brown chocolate coffee wooden wood earth soil mud chestnut sepia",
    "white": "white snow snowy ivory milk milky",
    "grey": "grey gray silver ash concrete foggy fog",
    "black": "black ebony coal",
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


def axes_of(word: str) -> list[str]:
    """Return the axes of a word, mostly none; a plural counts as its singular."""
    return _AXES_OF.get(word) or _AXES_OF.get(word.removesuffix("s")) or []


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
