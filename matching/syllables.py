"""How two syllables of a name relate: the same, a slip of marks, of sound, of the keyboard, or two syllables.

A Vietnamese name is a few syllables out of an inventory of a few thousand, so relations are worked out once for each
pair of distinct syllables that meets, and looked up for the millions of pairs of names in which they meet.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from matching.text import fold, rules, sound
from matching.valid_syllables import is_known

Ids = npt.NDArray[np.int64]
Classes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

#: The relations, from nearest to farthest. NONE pads positions beyond the end of a name.
NONE, SAME, FLAT, HOI_NGA, MARK, VOWEL, SOUND, TYPO, MISSPELT, INITIAL, DIFFERENT = range(11)

#: Combining marks of the five written tones, in the order huyền, hỏi, ngã, sắc, nặng.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_HOI, _NGA = 2, 3


@dataclass(frozen=True, slots=True)
class Inventory:
    """Distinct syllables and, beside each, what is compared: ids that are equal where the property is equal."""

    syllables: tuple[str, ...]
    folded: tuple[str, ...]
    fold_id: Ids
    toneless_id: Ids
    sound_id: Ids
    tone: Ids
    marked: Mask
    abbreviates: Mask
    is_word: Mask
    regional: npt.NDArray[np.int64]


def inventory(syllables: Iterable[str]) -> Inventory:
    """The inventory of these distinct syllables, in the order given."""
    listed = tuple(syllables)
    split = [_split(syllable) for syllable in listed]
    folded = tuple(_letters(fold(syllable)) for syllable in listed)
    place = {syllable: index for index, syllable in enumerate(listed)}
    regional = [
        sorted((place[one], place[other]))
        for one, other in rules("names")["regional"]["pairs"]
        if one in place and other in place
    ]
    return Inventory(
        syllables=listed,
        folded=folded,
        fold_id=_ids(folded),
        toneless_id=_ids([toneless for toneless, _ in split]),
        sound_id=_ids([sound(syllable) for syllable in listed]),
        tone=np.array([tone for _, tone in split], dtype=np.int64),
        marked=np.array([not syllable.isascii() for syllable in listed], dtype=np.bool_),
        abbreviates=np.array([_is_abbreviation(syllable) for syllable in folded], dtype=np.bool_),
        is_word=np.array([is_known(syllable) for syllable in listed], dtype=np.bool_),
        regional=np.array(regional, dtype=np.int64).reshape(-1, 2),
    )


def relate(known: Inventory, left: Ids, right: Ids) -> Classes:
    """The relation of each pair of syllables, by their places in the inventory; symmetric.

    FLAT is never given here: whether bare letters are a slip or the state of a whole row is for the name to say.
    """
    relation = np.full(len(left), DIFFERENT, dtype=np.uint8)
    same_letters = known.fold_id[left] == known.fold_id[right]
    same_but_tone = same_letters & (known.toneless_id[left] == known.toneless_id[right])
    tones = np.sort(np.stack([known.tone[left], known.tone[right]]), axis=0)
    swapped = same_but_tone & (tones[0] == _HOI) & (tones[1] == _NGA)
    alike = known.sound_id[left] == known.sound_id[right]
    if len(known.regional):
        size = len(known.syllables)
        low, high = np.minimum(left, right), np.maximum(left, right)
        alike |= np.isin(low * size + high, known.regional[:, 0] * size + known.regional[:, 1])
    rest = np.flatnonzero(~same_letters & ~alike)
    relation[rest] = _misspelt(known, left[rest], right[rest])
    relation[alike] = SOUND
    relation[same_letters] = VOWEL
    relation[same_but_tone] = MARK
    relation[swapped] = HOI_NGA
    relation[left == right] = SAME
    return relation


def _misspelt(known: Inventory, left: Ids, right: Ids) -> Classes:
    """TYPO at one keystroke's distance, MISSPELT where that makes a word of no word, INITIAL where one abbreviates the
    other, else DIFFERENT."""
    relation = np.full(len(left), DIFFERENT, dtype=np.uint8)
    if not len(left):
        return relation
    ones = [known.folded[index] for index in left.tolist()]
    others = [known.folded[index] for index in right.tolist()]
    near = cpdist(ones, others, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8, workers=1) <= 1
    relation[near] = np.where(known.is_word[left[near]] == known.is_word[right[near]], TYPO, MISSPELT)
    for index in np.flatnonzero(known.abbreviates[left] != known.abbreviates[right]).tolist():
        short, long = sorted((ones[index], others[index]), key=len)
        if long.startswith(short):
            relation[index] = INITIAL
    return relation


def _split(syllable: str) -> tuple[str, int]:
    """The syllable without its tone, and the tone: 0 for none, else its place in _TONES from 1."""
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = 0
    kept: list[str] = []
    for character in decomposed:
        place = _TONES.find(character)
        if place < 0:
            kept.append(character)
        else:
            tone = place + 1
    return "".join(kept), tone


def _letters(folded: str) -> str:
    return "".join(character for character in folded if character.isalnum()) or folded


def _is_abbreviation(folded: str) -> bool:
    """True for consonants alone: N, Ng, V, T, Ph. A lone vowel is a name (Y, Á)."""
    return 0 < len(folded) <= 3 and folded.isalpha() and not any(letter in "aeiouy" for letter in folded)


def _ids(values: Iterable[str]) -> Ids:
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], dtype=np.int64)
