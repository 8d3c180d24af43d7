"""Names with the keys of Telex, VNI or VIQR left in them, repaired where nothing else can be meant.

A word is looked at only if it is no known syllable or name, and repaired only if the result is a Vietnamese syllable.
Lee, Hans and An1 are names too: a word whose keys could be ordinary letters is repaired only beside one whose keys
could not. Moong is a surname, and stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from matching.encodings import decode
from matching.text import norm_name, over_unique
from matching.valid_syllables import is_known, is_syllable

_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_KEYS = re.compile("[1-9]")
_TELEX_TONE = re.compile("(?<=[aeiouyâăêôơư])([mnpctgh]{0,2})([sfrxj])([mnpctghiouy]{0,2})$")
_CLUSTER = re.compile("[aeiouyăâêôơư]+")
_VIQR_SIGNS = re.compile("[\\^(+*`?~]|'(?=[a-z])", re.IGNORECASE)
#: What could be residue at all; most names hold none of it and are not looked at.
_SUSPECT = (
    r"(?i)[0-9][a-zđ]|[a-zđăâêôơư][0-9]|[aeiouy][\^(+*`'’´?~.]"
    r"|[sfrxj]\b|[sfrxj](?:[mnpct]|n[gh]|ch|[iouy])\b|aa|ee|oo|dd|w"
)


#: How surely letters or signs of a word are keys: they may be its own; they hardly are its own; they are nothing else.
_MAY_BE, _LIKELY, _SURE = 1, 2, 3


class _Repair(NamedTuple):
    """A word without its keys, and how surely they were keys."""

    word: str
    strength: int


def _marked(letters: str, quality: str) -> str | None:
    """The letters with the mark on the vowel that takes it; None when none does."""
    cluster = _CLUSTER.search(letters)
    if cluster is None:
        return None
    start, vowels = cluster.start(), cluster[0]
    if letters.startswith(("qu", "gi")) and len(vowels) > 1:
        start, vowels = start + 1, vowels[1:]
    if quality == _HORN and vowels.startswith("uo"):
        changed = "ươ" + vowels[2:]
    else:
        taking = {_BREVE: "a", _CIRCUMFLEX: "aeo", _HORN: "uo"}[quality]
        at = next((index for index, vowel in enumerate(vowels) if vowel in taking), None)
        if at is None:
            return None
        changed = vowels[:at] + unicodedata.normalize("NFC", vowels[at] + quality) + vowels[at + 1 :]
    return letters[:start] + changed + letters[start + len(vowels) :]


def _toned(letters: str, tone: str) -> str:
    """The letters with the tone on the vowel where it belongs: norm_name seats it."""
    return norm_name(letters + tone) if tone else letters


def _vni(word: str) -> _Repair | None:
    word = word.replace("u7o7", "uo7")
    keys, letters = _VNI_KEYS.findall(word), _VNI_KEYS.sub("", word)
    if not keys or len(set(keys)) < len(keys) or not letters.isalpha() or _VNI_KEYS.match(word):
        return None
    tones = [key for key in keys if key in _VNI_TONES]
    if len(tones) > 1:
        return None
    for key in keys:
        if key == "9":
            marked = letters.replace("d", "đ", 1) if letters.startswith("d") else None
        elif key in _VNI_TONES:
            marked = letters
        else:
            marked = _marked(letters, {"6": _CIRCUMFLEX, "7": _HORN, "8": _BREVE}[key])
        if marked is None:
            return None
        letters = marked
    strength = _SURE if len(tones) < len(keys) or not word[-1].isdigit() else _MAY_BE
    return _Repair(_toned(letters, _VNI_TONES[tones[0]] if tones else ""), strength)


def _telex(word: str) -> _Repair | None:
    if not word.isalpha():
        return None
    letters, strength = word, 0
    if letters.startswith("dd"):
        letters, strength = "đ" + letters[2:], _SURE
    for double, single in (("uwow", "ươ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô")):
        if double in letters:
            letters, strength = letters.replace(double, single, 1), max(strength, _MAY_BE)
    if "w" in letters[1:]:
        bare = letters[0] + letters[1:].replace("w", "", 1)
        marked = [taken for quality in (_HORN, _BREVE) if (taken := _marked(bare, quality))]
        letters = next((taken for taken in marked if is_syllable(_with_tone(taken))), bare)
        strength = _SURE
    toned = _with_tone(letters)
    if toned != letters:
        is_marked = strength > 0 or not letters.isascii()
        strength = _SURE if is_marked else _LIKELY if letters[-1] in "fj" else _MAY_BE
    return _Repair(toned, strength) if strength else None


def _with_tone(letters: str) -> str:
    """The letters with the tone of the key that stands behind their vowels."""
    found = _TELEX_TONE.search(letters)
    if found is None or _is_toned(letters):
        return letters
    return _toned(letters[: found.start()] + found[1] + found[3], _TELEX_TONES[found[2]])


def _is_toned(word: str) -> bool:
    return any(char in "\u0300\u0301\u0303\u0309\u0323" for char in unicodedata.normalize("NFD", word))


def _viqr(word: str) -> _Repair | None:
    decoded = decode(word, "viqr")
    return _Repair(decoded, _SURE if _VIQR_SIGNS.search(word) else _MAY_BE) if decoded != word else None


_KEYBOARDS: tuple[Callable[[str], _Repair | None], ...] = (_vni, _viqr, _telex)


def _repaired(word: str) -> _Repair | None:
    """The one way to read the word as a syllable with keys left in it; None when it is known, or no way leads there."""
    if is_known(word):
        return None
    lowered = unicodedata.normalize("NFC", word).lower()
    read = (keyboard(lowered) for keyboard in _KEYBOARDS)
    found = [repaired for repaired in read if repaired and is_syllable(repaired.word)]
    if len({repair.word for repair in found}) != 1:
        return None
    surest = max(found, key=lambda repaired: repaired.strength)
    return surest._replace(word=_cased(surest.word, word))


def _cased(repaired: str, word: str) -> str:
    letters = [char for char in word if char.isalpha()]
    if len(letters) > 1 and all(char.isupper() for char in letters):
        return repaired.upper()
    return repaired[0].upper() + repaired[1:] if letters[0].isupper() else repaired


def repair(name: str) -> tuple[str, bool]:
    """The name without the keys that were left in it, and whether any was."""
    words = name.split()
    found = {at: repaired for at, word in enumerate(words) if (repaired := _repaired(word)) is not None}
    if not found or not _is_residue(words, found):
        return name, False
    return " ".join(found[at].word if at in found else word for at, word in enumerate(words)), True


def _is_residue(words: Sequence[str], found: Mapping[int, _Repair]) -> bool:
    """Whether the words of a name tell together that keys were left in it."""
    strongest = max(repaired.strength for repaired in found.values())
    if strongest == _LIKELY:
        return len(words) > 1 and all(at in found or is_known(word) for at, word in enumerate(words))
    with_digits = sum(any(map(str.isdigit, words[at])) for at in found)
    return strongest == _SURE or (with_digits > 1 and all(map(str.isascii, words)))


def repair_column(names: pl.Series) -> pl.DataFrame:
    """`text` and `was_repaired` of each name, in the order given; null stays null, and counts as not repaired."""
    frame = pl.DataFrame({"name": names}).with_columns(suspect=pl.col("name").str.contains(_SUSPECT))
    suspects = frame.select(pl.when("suspect").then("name")).to_series()
    texts = over_unique(suspects, lambda name: repair(name)[0])
    repaired = over_unique(suspects, lambda name: repair(name)[1], pl.Boolean)
    return frame.select(text=pl.when("suspect").then(texts).otherwise("name"), was_repaired=repaired.fill_null(False))
