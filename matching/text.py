"""Vietnamese text brought to one spelling: cleaned, normalised, folded to ASCII, and keyed by sound.

Four forms of a name, each coarser than the one before:
`clean` (what is shown), `norm_name` (one spelling, marks kept), `fold` (ASCII), `sound` (confusable sounds merged).
Legacy fonts and typing residue are decided per column or file before this module; nothing here guesses them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from unidecode import unidecode

RULES = Path(__file__).parent / "rules"

#: Replaced before NFKC, which would turn a spacing accent into a space and a combining mark.
_BEFORE_NFKC = {ord(c): "'" for c in "‘’‛`´ʼʻʹʽˈ′＇｀"} | {ord(c): "~" for c in "˜∼"} | {ord("¨"): " ", ord("¯"): " "}
_LOOK_ALIKES = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_QUALITIES = frozenset("\u0302\u0306\u031b")
_STRAY_MARK = re.compile("[\u0300-\u036f]")
_CLEAN_ASCII = re.compile(r"[!-_a-~]+( [!-_a-~]+)*\Z")
_NOT_NAME = re.compile("(?:[^\\w\u0300-\u036f]|_)+")
_I_OR_Y = re.compile("(h|k|l|m|s|t|qu)[iìíỉĩị]")
_TO_Y = str.maketrans("iìíỉĩị", "yỳýỷỹỵ")
_TO_I = str.maketrans("yỳýỷỹỵ", "iìíỉĩị")


def rules(name: str) -> dict[str, Any]:
    """The word lists of rules/<name>.toml."""
    return tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))


def over_unique(values: pl.Series, function: Callable[[str], Any], dtype: Any = pl.String) -> pl.Series:
    """The function of every value, computed once per distinct value; null stays null."""
    known: dict[Any, Any] = {None: None}
    texts = values.to_list()
    for text in set(texts) - known.keys():
        known[text] = function(text)
    return pl.Series(values.name, [known[text] for text in texts], dtype=dtype)


def _marks_in_order(text: str) -> str:
    """The text with each letter's vowel mark before its tone mark, whatever order they were typed in."""
    out: list[str] = []
    marks: list[str] = []
    for char in (*unicodedata.normalize("NFD", text), ""):
        if char and unicodedata.combining(char):
            marks.append(char)
            continue
        out.extend(sorted(dict.fromkeys(marks), key=lambda mark: mark in _TONES))
        marks = []
        out.append(char)
    return unicodedata.normalize("NFC", "".join(out))


def clean(text: str) -> str:
    """The text in NFC without invisible characters, with Đ for Ð, ' for every apostrophe, and single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_BEFORE_NFKC))).translate(_LOOK_ALIKES)
        if _STRAY_MARK.search(text):
            text = _marks_in_order(text)
    return " ".join(_INVISIBLE.sub("", text).replace("`", "'").split())


def _is_vowel(char: str) -> bool:
    return unicodedata.normalize("NFD", char)[0] in "aeiouy"


def _tone_seat(letters: str) -> int | None:
    """Where the tone mark of a syllable stands (hòa, thúy, hoàng); None when the letters are not one syllable."""
    start = 2 if len(letters) > 2 and letters[:2] in ("qu", "gi") and _is_vowel(letters[2]) else 0
    vowels = [at for at in range(start, len(letters)) if _is_vowel(letters[at])]
    if not 1 <= len(vowels) <= 3 or vowels[-1] - vowels[0] != len(vowels) - 1:
        return None
    marked = [at for at in vowels if _QUALITIES.intersection(unicodedata.normalize("NFD", letters[at]))]
    if marked:
        return marked[-1]
    if vowels[-1] < len(letters) - 1:
        return vowels[-1]
    return vowels[1] if len(vowels) == 3 else vowels[0]


@lru_cache(maxsize=1 << 16)
def _norm_token(token: str) -> str:
    """One lower-case syllable with its tone mark in its seat and open -i written -y."""
    if not token.isascii():
        marks = [char for char in unicodedata.normalize("NFD", token) if char in _TONES]
        if len(marks) == 1:
            bare = "".join(char for char in unicodedata.normalize("NFD", token) if char not in _TONES)
            letters = unicodedata.normalize("NFC", bare)
            seat = _tone_seat(letters)
            if seat is not None:
                token = unicodedata.normalize("NFC", letters[: seat + 1] + marks[0] + letters[seat + 1 :])
    return token[:-1] + token[-1].translate(_TO_Y) if _I_OR_Y.fullmatch(token) else token


def norm_name(name: str) -> str:
    """The name in its one spelling: lower case, marks kept and placed, i/y settled, parts separated by one space.

    Hyphen, apostrophe and every other sign separate parts: H'Hen, H-Hen and H Hen are one spelling.
    """
    lowered = unicodedata.normalize("NFC", clean(name).lower())
    return " ".join(_norm_token(token) for token in _NOT_NAME.sub(" ", lowered).split())


@lru_cache(maxsize=1 << 16)
def _fold_token(token: str) -> str:
    plain = token if token.isascii() else unidecode(token).lower()
    return " ".join(_norm_token(part) for part in _NOT_NAME.sub(" ", plain).split())


def fold(name: str) -> str:
    """The name in ASCII lower case, single spaces; folding twice changes nothing."""
    return " ".join(folded for token in norm_name(name).split() if (folded := _fold_token(token)))


_INITIALS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^ngh", "ng"),
        ("^gh", "g"),
        ("^gi(?=[aeiouy])", "d"),
        ("^gi", "di"),
        ("^(dz|z|r|dd)", "d"),
        ("^tr", "ch"),
        ("^x", "s"),
        ("^l", "n"),
        ("^[cq](?!h)", "k"),
        ("^f", "ph"),
    )
)
_TELEX_TONE = re.compile("(?<=[aeiouymnpcthg])[sfrxj]$")
_FINALS = ((re.compile("(?<=[aeiouy])n[gh]$"), "n"), (re.compile("(?<=[aeiouy])(ch|c|k)$"), "t"))
_DIGITS_IN_WORD = re.compile("(?<=[a-z])[0-9]+|[0-9]+(?=[a-z])")
_HORN_KEY = re.compile("(?<=[aeiouy])w")
_DOUBLED = re.compile(r"([a-z])\1+")


@lru_cache(maxsize=1 << 16)
def _sound_token(token: str) -> str:
    """The sound key of one folded syllable. Keys left by Telex and VNI typing (w, tone letter, digit) fall away."""
    token = _HORN_KEY.sub("", _TELEX_TONE.sub("", _DIGITS_IN_WORD.sub("", token)))
    for pattern, sound_of in _INITIALS:
        changed = pattern.sub(sound_of, token)
        if changed != token:
            token = changed
            break
    for pattern, sound_of in _FINALS:
        token = pattern.sub(sound_of, token)
    return _DOUBLED.sub(r"\1", token.translate(_TO_I))


#: the marker of a woman's or a man's name among the peoples of the Central Highlands: H'Hen, Y Moan, K'Brai
_LONE_LETTER = re.compile(r"\b([hky]) (?=\w)")


def sound(name: str) -> str:
    """The name's confusable-sound key, syllable by syllable.

    Merged: s/x, tr/ch, d/gi/r, l/n (initial), n/ng/nh and t/c/ch (final), i/y, k/c/q, g/gh, ng/ngh. Doubled letters
    are collapsed last. A lone letter before a name is written with it: H'Hen, H Hen and HHen are one. A key is for
    finding candidates; it says nothing about whether two names are the same.
    """
    return " ".join(_sound_token(token) for token in _LONE_LETTER.sub(r"\1", fold(name)).split())


def has_marks(name: str) -> bool:
    """Whether the name carries any Vietnamese letter or mark."""
    return not norm_name(name).isascii()


@lru_cache(maxsize=1)
def _unnamed() -> re.Pattern[str]:
    return re.compile("|".join(rules("words")["unnamed"]["patterns"]))


def is_unnamed(name: str) -> bool:
    """Whether the name stands for a child not yet named: "Con bà …", "CB …", "Bé trai …", "Chưa đặt tên"."""
    return _unnamed().search(norm_name(name)) is not None


def bears_the_mothers_name(own: pl.Series, mother: pl.Series) -> pl.Series:
    """Where a child is entered under its mother's folded name, for want of one of its own.

    Hardly any daughter is called like her mother: a family keeps its elders' names from its children (kiêng húy). Names
    that only sound like hers (An and Anh) are names of their own.
    """
    return (own.str.contains(" ") & (own == mother)).fill_null(value=False)


def clean_column(values: pl.Series) -> pl.Series:
    """The cleaned text of a column; blank is null. Plain ASCII with single spaces is already clean."""
    texts = values.to_list()
    cleaned = {text: clean(text) or None for text in set(texts) if text is not None and not _CLEAN_ASCII.match(text)}
    if not cleaned:
        return values
    return pl.Series(values.name, [cleaned.get(text, text) for text in texts], dtype=pl.String)


def name_columns(names: pl.Series) -> pl.DataFrame:
    """The forms of a column of names: norm, fold, sound, has_marks, is_unnamed; one row a name, null for null."""
    texts = names.to_list()
    known = {text: _forms(text) for text in set(texts) if text is not None}
    columns = zip(*(known.get(text, _NO_FORMS) for text in texts), strict=True) if texts else ([],) * len(_FORMS)
    return pl.DataFrame(dict(zip(_FORMS, columns, strict=True)), schema=_FORMS)


_FORMS = {"norm": pl.String, "fold": pl.String, "sound": pl.String, "has_marks": pl.Boolean, "is_unnamed": pl.Boolean}
_NO_FORMS = (None,) * len(_FORMS)


def _forms(name: str) -> tuple[str | None, str | None, str | None, bool, bool]:
    norm = norm_name(name)
    folded = fold(norm)
    is_child = _unnamed().search(norm) is not None
    return norm or None, folded or None, sound(folded) or None, not norm.isascii(), is_child
