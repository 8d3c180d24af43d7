"""Whether a word is a syllable of written Vietnamese, or known from names of its peoples and places."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain

from matching.text import fold, norm_name, rules

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOP_TONES = ("\u0301", "\u0323")
_EDGES = " .,-–'’()[]?!*\"“”…~"
_JOINTS = re.compile("[-.'’]")
_MARKER = re.compile("^[hknr]['’-](?=[^\\W\\d_])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _toneless() -> frozenset[str]:
    """Every syllable without its tone."""
    told = rules("syllables")
    initials, rimes = told["initials"], told["rimes"]
    made = chain(
        (initial + rime for kind in ("back", "front") for initial in initials[kind] for rime in rimes[kind]),
        rimes["alone"],
        ("gi" + rime for rime in rimes["after_gi"]),
        ("qu" + rime for rime in rimes["after_qu"]),
    )
    return frozenset(norm_name(syllable) for syllable in made)


@lru_cache(maxsize=1)
def _bare() -> frozenset[str]:
    """Every syllable and every other word as it is typed without marks."""
    return frozenset(fold(word) for word in chain(_toneless(), _others()))


@lru_cache(maxsize=1)
def _others() -> frozenset[str]:
    """The words of names and places that no rule makes."""
    listed = chain.from_iterable(rules("syllables").get("others", {}).values())
    clans = rules("names")["clan_last"]["clans"]
    return frozenset(part for word in chain(listed, clans) for part in norm_name(word).split())


@lru_cache(maxsize=1 << 16)
def is_syllable(word: str) -> bool:
    """Whether the word, in any case, is one Vietnamese syllable with the marks that it needs."""
    spelled = norm_name(word)
    spread = unicodedata.normalize("NFD", spelled)
    tones = [char for char in spread if char in _TONES]
    bare = unicodedata.normalize("NFC", "".join(char for char in spread if char not in _TONES))
    if len(tones) > 1 or norm_name(bare) not in _toneless():
        return False
    return tones[0] in _STOP_TONES if tones and bare.endswith(_stops()) else bool(tones) or not bare.endswith(_stops())


@lru_cache(maxsize=1)
def _stops() -> tuple[str, ...]:
    return tuple(rules("syllables")["initials"]["stops"])


def _is_known_part(part: str) -> bool:
    spelled = norm_name(part)
    return is_syllable(spelled) or spelled in _others() or (spelled.isascii() and spelled in _bare())


@lru_cache(maxsize=1 << 16)
def is_known(word: str) -> bool:
    """Whether the word is a syllable, with marks or wholly without, or known from names and places.

    Signs at its edges say nothing; parts joined by apostrophe, hyphen or point (H'Hen, Ban-Đa) must each be known, but
    for the one consonant that marks a man or a woman before them.
    """
    parts = [part for part in _JOINTS.split(_MARKER.sub("", word.strip(_EDGES))) if part]
    return bool(parts) and all(
        len(norm_name(part)) == len(unicodedata.normalize("NFC", part)) and _is_known_part(part) for part in parts
    )


def forget() -> None:
    """Empties what was remembered of single words, after the lists behind them were replaced."""
    _bare.cache_clear()
    is_known.cache_clear()
