"""How a Vietnamese name is mistyped: one slip at a time, by the counts of data/errors.

What is typed for what, and how common the kinds of slips are beside each other where COMMON does not say, are counts
of corrected spellings in the Vietnamese Wikipedia. How often a name is mistyped is the unit of `--rate`: see COMMON.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

ERRORS = Path(__file__).resolve().parent / "data" / "errors"

TONES = {"sắc": "\u0301", "huyền": "\u0300", "hỏi": "\u0309", "ngã": "\u0303", "nặng": "\u0323", "ngang": ""}
VOWELS = "aăâeêioôơuưy"
TELEX_LETTERS = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
TELEX_TONES = {"sắc": "s", "huyền": "f", "hỏi": "r", "ngã": "x", "nặng": "j", "ngang": ""}
NEIGHBOURS = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "g": "fh", "h": "gj", "i": "uo", "k": "jl", "l": "k",
    "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
    "x": "zc", "y": "tu",
}  # fmt: skip
#: The classes of the published count, and the slip that stands for each; residue of the keyboard is the rarest.
CLASSES = {
    "vowel mark (ă â ê ô ơ ư) wrong or missing": "vowel",
    "hỏi/ngã swapped": "tone",
    "tone mark missing": "tone",
    "other tone swapped": "tone",
    "tone mark added": "tone",
    "initial consonant (s/x, ch/tr, d/gi/r, l/n, v/d, c/k ...)": "consonant",
    "final consonant (n/ng, t/c, n/nh, i/y, u/o ...)": "consonant",
    "i/y": "iy",
    "other letter substituted": "typo",
    "letter dropped": "typo",
    "letter added": "typo",
    "letters swapped": "typo",
    "đ/d": "dd",
    "all marks of the syllable missing": "marks1",
    "tone mark on the wrong vowel": "placement",
    "space missing or added": "space",
    "Telex/VNI keys left in the text": "telex",
}

#: Chance of a slip of each kind in a name at rate 1, so that as many rows show it as in the reference world of rate 1
#: (docs/benchmarks.md); i/y where both spellings are in use. The kinds that the reference lacks stand to "tone" as in
#: the published count.
COMMON = {"tone": 0.0156, "marks1": 0.0149, "typo": 0.0116, "consonant": 0.0101, "iy": 0.24}

Rng = np.random.Generator


@cache
def confusions(name: str, kind: str = "typed") -> dict[str, tuple[tuple[str, ...], tuple[float, ...]]]:
    """By what is right: what was typed (or read, `kind` ocr_tesseract) instead, with shares that sum to 1."""
    rows = pl.read_csv(ERRORS / f"{kind}_{name}.csv")
    out: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {}
    right, wrong, _count = rows.columns
    for (correct,), part in rows.group_by(right, maintain_order=True):
        counts = part["count"].to_numpy().astype(float)
        out[str(correct)] = (tuple(part[wrong]), tuple(counts / counts.sum()))
    return out


@cache
def slip_chances() -> dict[str, float]:
    """Chance of each kind of slip in a name at rate 1."""
    counts: dict[str, float] = {}
    for name, count in pl.read_csv(ERRORS / "typed_viwiki_error_mix.csv").select("class", "count").iter_rows():
        if name in CLASSES:
            counts[CLASSES[name]] = counts.get(CLASSES[name], 0.0) + count
    return {kind: COMMON.get(kind, count * COMMON["tone"] / counts["tone"]) for kind, count in counts.items()}


def split_tone(syllable: str) -> tuple[str, str, int]:
    """The syllable without its tone (NFC), the tone's name and the letter it stood on (-1 for none)."""
    for name, mark in TONES.items():
        for at, letter in enumerate(syllable):
            parts = unicodedata.normalize("NFD", letter)
            if mark and mark in parts:
                plain = unicodedata.normalize("NFC", parts.replace(mark, ""))
                return syllable[:at] + plain + syllable[at + 1 :], name, at
    return syllable, "ngang", -1


def put_tone(syllable: str, tone: str, at: int) -> str:
    """The toneless syllable with the tone on the letter at that place."""
    return unicodedata.normalize("NFC", syllable[:at] + syllable[at] + TONES[tone] + syllable[at + 1 :])


def without_marks(text: str) -> str:
    """The text with no tone, no vowel mark and d for đ."""
    flat = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(sign for sign in flat if not unicodedata.combining(sign)))


def _vowels(plain: str) -> list[int]:
    low = plain.lower()
    start = 2 if low.startswith(("qu", "gi")) and len(low) > 2 and low[2] in VOWELS else 0
    return [at for at in range(start, len(low)) if low[at] in VOWELS]


def _carrier(plain: str) -> int:
    places = _vowels(plain)
    if not places:
        return -1
    marked = [at for at in places if plain[at].lower() in "ăâêôơư"]
    if marked:
        return marked[-1]
    if len(places) == 1 or places[-1] == len(plain) - 1:
        return places[0] if len(places) < 3 else places[1]
    return places[-1]


def _pick(rng: Rng, table: dict[str, tuple[tuple[str, ...], tuple[float, ...]]], key: str) -> str:
    values, shares = table[key]
    return values[int(rng.choice(len(values), p=shares))]


def _tone(rng: Rng, word: str) -> str:
    plain, tone, at = split_tone(word)
    at = at if at >= 0 else _carrier(plain)
    return word if at < 0 else put_tone(plain, _pick(rng, confusions("tone_confusions"), tone), at)


def _vowel(rng: Rng, word: str) -> str:
    plain, tone, at = split_tone(word)
    table = confusions("vowel_mark_confusions")
    places = [one for one in _vowels(plain) if plain[one].lower() in table]
    if not places:
        return word
    one = places[int(rng.integers(len(places)))]
    typed = _pick(rng, table, plain[one].lower())
    out = plain[:one] + (typed.upper() if plain[one].isupper() else typed) + plain[one + 1 :]
    return put_tone(out, tone, at) if at >= 0 else out


def _consonant(rng: Rng, word: str) -> str:
    low = word.lower()
    starts, ends = confusions("initial_consonants"), confusions("final_consonants")
    heads = [one for one in starts if low.startswith(one) and low[len(one) : len(one) + 1] not in ("", "h", "g", "r")]
    tails = [one for one in ends if low.endswith(one) and len(low) > len(one) + 1]
    if heads and (not tails or rng.random() < 0.6):
        head = max(heads, key=len)
        typed = _pick(rng, starts, head)
        return (typed.capitalize() if word[0].isupper() else typed) + word[len(head) :]
    if tails:
        tail = max(tails, key=len)
        return word[: -len(tail)] + _pick(rng, ends, tail)
    return word


def _typo(rng: Rng, word: str) -> str:
    if len(word) < 3:
        return word
    at, kind = int(rng.integers(1, len(word))), int(rng.integers(4))
    keys = NEIGHBOURS.get(without_marks(word[at]).lower(), "e")
    key = keys[int(rng.integers(len(keys)))]
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + key + word[at:]
    if kind == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + key + word[at + 1 :]


def swap_iy(word: str) -> str:
    """The syllable with i for a final y or y for i, where both spellings are in use; else the syllable itself."""
    plain, tone, at = split_tone(word)
    if not re.fullmatch(r"(?i)(qu|[hklmstv])[iy]", plain):
        return word
    out = plain[:-1] + ("i" if plain[-1] == "y" else "y")
    return put_tone(out, tone, len(out) - 1) if at >= 0 else out


def _iy(_rng: Rng, word: str) -> str:
    return swap_iy(word)


def _placement(_rng: Rng, word: str) -> str:
    plain, tone, at = split_tone(word)
    others = [one for one in _vowels(plain) if one != at]
    return put_tone(plain, tone, others[-1]) if at >= 0 and others else word


def _dd(_rng: Rng, word: str) -> str:
    return {"đ": "d", "Đ": "D"}.get(word[0], word[0]) + word[1:]


def telex(word: str) -> str:
    """The syllable as its Telex keys."""
    plain, tone, _at = split_tone(word)
    return "".join(TELEX_LETTERS.get(letter, letter) for letter in plain) + TELEX_TONES[tone]


def _telex(_rng: Rng, word: str) -> str:
    return telex(word)


def _flat(_rng: Rng, word: str) -> str:
    return without_marks(word)


SLIPS: dict[str, Callable[[Rng, str], str]] = {
    "vowel": _vowel,
    "tone": _tone,
    "consonant": _consonant,
    "typo": _typo,
    "iy": _iy,
    "dd": _dd,
    "placement": _placement,
    "telex": _telex,
    "marks1": _flat,
}


def _space(rng: Rng, name: str) -> str:
    words = name.split(" ")
    at = int(rng.integers(1, len(words))) if len(words) > 1 else 0
    return " ".join(words[:at]) + " ".join(words[at:])


def slip_of(rng: Rng, name: str, kind: str) -> str:
    """The name with a slip of that kind in one syllable; the name itself where none fits."""
    for _try in range(12):
        words = name.split(" ")
        at = int(rng.integers(len(words)))
        words[at] = SLIPS[kind](rng, words[at]) if words[at] and kind != "space" else words[at]
        out = _space(rng, name) if kind == "space" else " ".join(words)
        if out != name:
            return out
    return name


def slip(rng: Rng, name: str) -> str:
    """The name with one slip, each kind by its share; the name itself where none fits."""
    kinds, chances = zip(*slip_chances().items(), strict=True)
    for _try in range(12):
        out = slip_of(rng, name, kinds[int(rng.choice(len(kinds), p=np.array(chances) / sum(chances)))])
        if out != name:
            return out
    return name
