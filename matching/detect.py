"""In which legacy encoding a column or a file is written, judged from all its values together.

"Hoà Vinh" is a name, and VNI for "Hồ Vinh": no value tells alone. What tells is how many words that are no Vietnamese
as they stand become Vietnamese under one encoding, and how many that were Vietnamese would be broken by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from matching.encodings import CARRIERS, ENCODINGS, decode
from matching.valid_syllables import is_known

#: Below this many values the evidence must be stronger.
ENOUGH_VALUES = 20
#: So many distinct words must become Vietnamese; of few values more, since there is nothing else to go by.
LEAST_GAINED, LEAST_GAINED_OF_FEW = 4, 6
#: Of the words that are no Vietnamese as they stand, so large a share must become Vietnamese.
LEAST_SHARE, LEAST_SHARE_OF_FEW = 0.5, 0.8
#: For each word gained so much of one may be broken: words of other peoples' names, which nobody lists in full.
MOST_LOST = 0.1
#: The next likely encoding may explain so much of what the likeliest does.
MOST_RIVAL = 0.8
#: Beside values in Unicode, so many values must be nothing but legacy text, of so many distinct words.
LEAST_MIXED_VALUES, LEAST_MIXED_WORDS = 10, 8

_CARRIED = "".join(sorted({char for chars in CARRIERS.values() for char in chars if ord(char) > 0xFF}))
#: A letter that no byte stands for: a value that holds one is Unicode already.
UNICODE_LETTER = f"[[\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]--[{_CARRIED}]]"
#: Words, cut at signs that no encoding uses.
_WORDS = r'[^ \t\r\n,;/:"0-9]+'
#: What an encoding could change: a character beyond ASCII, or a sign of VIQR behind a vowel.
_CHANGEABLE = r"[^\x00-\x7f]|[aeiouyAEIOUY][\^(+*`'?~.]|[dD][dD]"
_UNCHANGED, _GAINED, _LOST, _EITHER, _NEITHER = range(5)


@dataclass(frozen=True)
class Evidence:
    """How many distinct words become Vietnamese under an encoding, are so no more, and are so before and after."""

    gained: int
    lost: int
    either: int


@dataclass(frozen=True)
class Detection:
    """What a column or file is written in; `encoding` is None where it is Unicode, or nobody can tell.

    `possible` is the likeliest encoding where the evidence is too thin to act on. `is_mixed`: values in Unicode stand
    beside it. `values` counts the values, `unicode_values` the distinct ones with a letter that no byte stands for,
    `unknown` the distinct words that are no Vietnamese as they stand and could be legacy text; `confidence` is the
    share of unknown and lost words that the encoding explains. `sample` holds values before and after, for the person
    who confirms and never for a log.
    """

    encoding: str | None = None
    possible: str | None = None
    confidence: float = 0.0
    is_mixed: bool = False
    values: int = 0
    unicode_values: int = 0
    unknown: int = 0
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    sample: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Words:
    """What is judged of some values. `changeable` (at, value) holds the distinct values that an encoding could change
    and that are not Unicode already, `found` (at, word) their words, `verdicts` one row a distinct word: `is_known`,
    and for each encoding what becomes of the word."""

    values: int
    unicode_values: int
    changeable: pl.DataFrame
    found: pl.DataFrame
    verdicts: pl.DataFrame


def words_of(values: pl.Series) -> Words:
    """The words of a column's distinct values that an encoding could change, and what each would make of them."""
    given = values.cast(pl.String).drop_nulls()
    distinct = pl.DataFrame({"value": given.unique(maintain_order=True)})
    told = distinct.filter(pl.col("value").str.contains(_CHANGEABLE))
    is_unicode = told.get_column("value").str.contains(UNICODE_LETTER)
    changeable = told.filter(~is_unicode).with_row_index("at")
    found = (
        changeable.select("at", word=pl.col("value").str.extract_all(_WORDS))
        .explode("word")
        .filter(pl.col("word").str.contains(_CHANGEABLE))
    )
    verdicts = _verdicts(found.get_column("word").unique(maintain_order=True).to_list())
    return Words(len(given), int(is_unicode.sum()), changeable, found, verdicts)


def _verdicts(words: Sequence[str]) -> pl.DataFrame:
    known = [is_known(word) for word in words]
    columns: dict[str, pl.Series] = {
        "word": pl.Series(words, dtype=pl.String),
        "is_known": pl.Series(known, dtype=pl.Boolean),
    }
    for encoding in ENCODINGS:
        told = [_verdict(word, was, decode(word, encoding)) for word, was in zip(words, known, strict=True)]
        columns[encoding] = pl.Series(told, dtype=pl.Int8)
    return pl.DataFrame(columns)


def _verdict(word: str, was_known: bool, decoded: str) -> int:
    if decoded == word:
        return _UNCHANGED
    if is_known(decoded):
        return _EITHER if was_known else _GAINED
    return _LOST if was_known else _NEITHER


def pooled(columns: Iterable[Words]) -> Words:
    """The words of several columns as those of one."""
    parts: list[Words] = []
    start = 0
    for part in columns:
        shift = pl.col("at") + pl.lit(start, dtype=pl.UInt32)
        changeable, found = part.changeable.with_columns(shift), part.found.with_columns(shift)
        parts.append(Words(part.values, part.unicode_values, changeable, found, part.verdicts))
        start += part.changeable.height
    return Words(
        values=sum(part.values for part in parts),
        unicode_values=sum(part.unicode_values for part in parts),
        changeable=pl.concat([part.changeable for part in parts]),
        found=pl.concat([part.found for part in parts]),
        verdicts=pl.concat([part.verdicts for part in parts]).unique("word", maintain_order=True),
    )


def detect(values: Sequence[str] | pl.Series) -> Detection:
    """What the values are written in, from all of them together."""
    return judge(words_of(values if isinstance(values, pl.Series) else pl.Series(values, dtype=pl.String)))


def judge(words: Words) -> Detection:
    """The encoding that explains the words, where the evidence is enough; else the one that is possible."""
    evidence = {encoding: _evidence(words, encoding) for encoding in ENCODINGS}
    touched = pl.any_horizontal(pl.col(encoding) != _UNCHANGED for encoding in ENCODINGS)
    unknown = words.verdicts.filter(~pl.col("is_known") & touched).height
    ranked = sorted(ENCODINGS, key=lambda encoding: (evidence[encoding].lost - evidence[encoding].gained, encoding))
    best, rival = evidence[ranked[0]], evidence[ranked[1]]
    is_clear = rival.gained - rival.lost <= MOST_RIVAL * (best.gained - best.lost)
    is_mixed = words.unicode_values > 0
    enough = _is_enough_mixed(ranked[0], best, unknown, words) if is_mixed else _is_enough(best, unknown, words)
    encoding = ranked[0] if is_clear and enough else None
    return Detection(
        encoding=encoding,
        possible=ranked[0] if encoding is None and best.gained > best.lost else None,
        confidence=round(best.gained / max(unknown + best.lost, 1), 3),
        is_mixed=is_mixed and encoding is not None,
        values=words.values,
        unicode_values=words.unicode_values,
        unknown=unknown,
        evidence=evidence,
        sample=_sample(words, ranked[0]) if best.gained > best.lost else (),
    )


def _evidence(words: Words, encoding: str) -> Evidence:
    column = words.verdicts.get_column(encoding)
    return Evidence(*(int((column == verdict).sum()) for verdict in (_GAINED, _LOST, _EITHER)))


def _is_enough(best: Evidence, unknown: int, words: Words) -> bool:
    """Whether all that is not Unicode can be read in the encoding."""
    if words.values < ENOUGH_VALUES:
        share = LEAST_SHARE_OF_FEW * unknown
        return best.gained >= max(LEAST_GAINED_OF_FEW, share) and best.lost == 0
    return best.gained >= max(LEAST_GAINED, LEAST_SHARE * unknown) and best.lost <= MOST_LOST * best.gained


def _is_enough_mixed(encoding: str, best: Evidence, unknown: int, words: Words) -> bool:
    """Whether, beside values in Unicode, there are enough that can be nothing but the encoding."""
    if best.gained < max(LEAST_MIXED_WORDS, LEAST_SHARE * unknown):
        return False
    return int(legacy_values(words, encoding, is_mixed=True).sum()) >= LEAST_MIXED_VALUES


def legacy_values(words: Words, encoding: str, *, is_mixed: bool) -> pl.Series:
    """For each changeable value whether it is to be read in the encoding.

    In a column of that encoding all but those that it only breaks; in a mixed one those that gain by it and lose
    nothing.
    """
    verdict = pl.col(encoding)
    if not is_mixed and not (words.verdicts.get_column(encoding) == _LOST).any():
        return words.changeable.select(is_legacy=pl.repeat(True, pl.len())).to_series()
    told = (
        words.found.join(words.verdicts.select("word", encoding), on="word", how="left", validate="m:1")
        .group_by("at")
        .agg(gains=(verdict == _GAINED).any(), breaks=(verdict == _LOST).any())
    )
    frame = words.changeable.select("at").join(told, on="at", how="left", validate="1:1", maintain_order="left")
    gains, breaks = (pl.col(name).fill_null(False) for name in ("gains", "breaks"))
    rule = gains & ~breaks if is_mixed else gains | ~breaks
    return frame.select(rule.alias("is_legacy")).to_series()


def _sample(words: Words, encoding: str) -> tuple[tuple[str, str], ...]:
    gained = words.verdicts.filter(pl.col(encoding) == _GAINED).get_column("word")
    at = words.found.filter(pl.col("word").is_in(gained.implode())).get_column("at").unique(maintain_order=True).head(5)
    values = words.changeable.filter(pl.col("at").is_in(at.implode())).get_column("value")
    return tuple((value, decode(value, encoding)) for value in values)
