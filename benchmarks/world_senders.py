"""Senders with a way of their own, which all rows of one typist share: an accent, a scanner, a bare keyboard.

The habits of `world_errors` are those of a careful office; these are what else is met, for worlds made to be hard. They
are drawn apart, so that a world without them stays what it was, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.world_slips import confusions, put_tone, split_tone, telex

Rng = np.random.Generator
Row = dict[str, str]

#: Where a confusion of speech stands in a syllable, and the table of its counts.
ACCENTS = {"tone": "tone_confusions", "initial": "initial_consonants", "final": "final_consonants"}
#: Of the syllables to which an accent applies, how many show it.
ACCENTED = 0.8
#: Shares of syllables that Tesseract misread, in a trial on an office scan and on a bad photograph.
MISREAD = (0.0216, 0.1471)
#: Shares of rows typed without any Vietnamese keyboard, and with the year of birth alone.
BARE_KEYS, YEAR_ONLY = 0.9, 0.6
NAMES = ("full_name", "father_name", "mother_name")


@dataclass(frozen=True)
class Way:
    """How one typist writes: `name` is one of WAYS, `part`, `correct` and `typed` an accent, `share` how often."""

    name: str
    share: float
    part: str = ""
    correct: str = ""
    typed: str = ""


def draw_way(rng: Rng) -> Way:
    """A way, each of WAYS as likely."""
    name = tuple(WAYS)[int(rng.integers(len(WAYS)))]
    if name == "scanned":
        return Way(name, MISREAD[int(rng.integers(2))])
    if name != "accent":
        return Way(name, BARE_KEYS if name == "keys" else YEAR_ONLY)
    part = tuple(ACCENTS)[int(rng.integers(len(ACCENTS)))]
    table = confusions(ACCENTS[part])
    correct = sorted(table)[int(rng.integers(len(table)))]
    values, shares = table[correct]
    return Way(name, ACCENTED, part, correct, values[int(rng.choice(len(values), p=shares))])


def write(rng: Rng, way: Way, row: Row) -> list[str]:
    """The tag of the way if it changed anything in the row."""
    before = dict(row)
    WAYS[way.name](rng, way, row)
    return [way.name] if row != before else []


def accented(word: str, part: str, correct: str, typed: str) -> str:
    """The syllable as one writes it who hears no difference between the two; itself where they do not stand in it."""
    low = word.lower()
    if part == "tone":
        plain, tone, at = split_tone(word)
        return put_tone(plain, typed, at) if tone == correct and at >= 0 else word
    if (
        part == "initial"
        and low.startswith(correct)
        and low[len(correct) : len(correct) + 1] not in ("", "h", "g", "r")
    ):
        return (typed.capitalize() if word[0].isupper() else typed) + word[len(correct) :]
    if part == "final" and low.endswith(correct) and len(word) > len(correct) + 1:
        return word[: -len(correct)] + typed
    return word


def misread(rng: Rng, word: str) -> str:
    """The syllable with one letter as a scanner reads it; itself where the trial never misread its letters."""
    table = confusions("char_confusions", "ocr_tesseract")
    places = [at for at, letter in enumerate(word) if letter in table]
    if not places:
        return word
    at = places[int(rng.integers(len(places)))]
    values, shares = table[word[at]]
    return word[:at] + values[int(rng.choice(len(values), p=shares))] + word[at + 1 :]


def _each_syllable(rng: Rng, share: float, row: Row, change: Callable[[str], str]) -> None:
    for name in NAMES:
        words = [change(word) if word and rng.random() < share else word for word in row[name].split(" ")]
        row[name] = " ".join(words)


def _accent(rng: Rng, way: Way, row: Row) -> None:
    _each_syllable(rng, way.share, row, lambda word: accented(word, way.part, way.correct, way.typed))


def _scanned(rng: Rng, way: Way, row: Row) -> None:
    _each_syllable(rng, way.share, row, lambda word: misread(rng, word))


def _keys(rng: Rng, way: Way, row: Row) -> None:
    if rng.random() < way.share:
        _each_syllable(rng, 1.0, row, telex)


def _years(rng: Rng, way: Way, row: Row) -> None:
    if rng.random() < way.share:
        row["birth"] = row["birth"][:4]


WAYS: Mapping[str, Callable[[Rng, Way, Row], None]] = {
    "accent": _accent,
    "scanned": _scanned,
    "keys": _keys,
    "years": _years,
}
