"""Syllables that lost the space between them: TRẦN THỊLOAN, Nguyễn BảoAnh."""

from __future__ import annotations

import polars as pl

from matching.text import norm_name
from matching.valid_syllables import is_known

_SHORTEST = 2
_MIDDLES = ("thị", "văn")
_MIDDLE = 3
#: the letters that mark a man or a woman before the name, with an apostrophe or a space behind them
_MARKERS = "HKY"


def parted(names: pl.Series) -> pl.Series:
    """The cleaned names with a space where one was lost; a name without a loss, or with a doubtful one, as it is.

    A space was lost in a word that is no syllable and is known from no name: before a capital letter among small ones,
    behind the mark of a man or a woman (HBlơn, for H'Blơn) or behind the middles that most people have (THỊLOAN). Other
    words can be slips of the finger (Ngưyễn, LONA).
    """
    texts = names.to_list()
    distinct = set(texts) - {None}
    words = {word for name in distinct for word in name.split(" ")}
    cut = {word: told for word in words if (told := _cut(word)) != word}
    if not cut:
        return names
    whole = {name: " ".join(cut.get(word, word) for word in name.split(" ")) for name in distinct}
    return pl.Series(names.name, [whole.get(name) for name in texts], dtype=pl.String)


def _cut(word: str) -> str:
    if len(word) < 2 * _SHORTEST or is_known(word):
        return word
    within = range(_SHORTEST, len(word) - 1)
    cuts = [at for at in within if word[at - 1].islower() and word[at].isupper() and word[at + 1].islower()]
    if word[0] in _MARKERS and word[1].isupper() and word[2].islower():
        cuts = [1, *cuts]
    if not cuts and norm_name(word).startswith(_MIDDLES) and is_known(word[_MIDDLE:]):
        cuts = [_MIDDLE]
    return " ".join(word[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True))
