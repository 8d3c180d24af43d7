"""RECEIVED to RECEIVED: columns written in a legacy encoding become Unicode, and it is said which and how many.

A column speaks for itself where it has evidence enough; a column with less is read as the rest of the file is, or as
its headings are where no column speaks, if nothing in it speaks against that. The sender or its profile may settle it:
an encoding is taken as told, "unicode" forbids.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from matching.detect import Detection, Words, judge, legacy_values, pooled, words_of
from matching.encodings import ENCODINGS, decode

#: What a profile may say to forbid any change; None, the default, is to look at the values.
UNICODE = "unicode"
#: The flag of a row whose name may be legacy text, and was left as it is: it may be nobody's name.
LEGACY_POSSIBLE = "name_legacy_possible"
ENCODINGS_TO_CONFIRM = (UNICODE, *ENCODINGS)

#: The columns of RECEIVED that hold words. Numbers, dates and codes are digits in every encoding.
TEXT_COLUMNS = (
    "full_name",
    "head_name",
    "father_name",
    "mother_name",
    "relation_to_head",
    "sex",
    "event",
    "ethnicity",
    "nationality",
    "birth_place_name",
    "residence_name",
    "address",
    "note",
)


#: A layout may say the event of every row by itself, in Unicode whatever its sender types: it says nothing of others.
_EVENT = "event"


@dataclass(frozen=True)
class Decoding:
    """What was done with one column: counts and encodings only, fit for a log.

    `basis` is confirmed (sender or profile said so), column, file (decided with the other columns), headings (read as
    they are) or possible (the evidence is too thin: nothing was changed). `values` counts the rows changed, `left`
    those that hold what could be legacy text and stayed as they are.
    """

    column: str
    encoding: str
    basis: str
    values: int
    left: int
    confidence: float


def decode_columns(
    received: pl.DataFrame, confirmed: str | None, headings: str | None = None
) -> tuple[pl.DataFrame, list[Decoding]]:
    """RECEIVED with its text columns in Unicode, and what was found in each column that holds or may hold legacy text.

    `confirmed` is one of ENCODINGS_TO_CONFIRM, or None; `headings` the legacy encoding of the headings, or None.
    `cells`, of which the identity of a row is made, stay as they came. A name that may be legacy text, but stays for
    want of evidence, is flagged `name_legacy_possible`.
    """
    if confirmed == UNICODE:
        return received, []
    filled = [name for name in TEXT_COLUMNS if received.get_column(name).null_count() < received.height]
    words = {name: words_of(received.get_column(name)) for name in filled}
    is_all_legacy = not any(found.unicode_values for name, found in words.items() if name != _EVENT)
    words = {name: found for name, found in words.items() if found.changeable.height}
    columns: list[pl.Series] = []
    decodings: list[Decoding] = []
    flags = received.get_column("reader_flags")
    verdicts = _confirmed(words, confirmed) if confirmed else _judged(words, is_all_legacy, headings)
    for name, verdict in verdicts.items():
        values = received.get_column(name)
        decoded, told = _decoded(values, words[name], verdict)
        columns.append(decoded)
        changed, left = (int(found.fill_null(False).sum()) for found in (told, ~told))
        if name == "full_name" and verdict.basis == "possible":
            flags = _flagged(flags, ~told)
        if changed or left:
            decodings.append(Decoding(name, verdict.encoding, verdict.basis, changed, left, verdict.confidence))
    return received.with_columns(*columns, flags), decodings


def _flagged(flags: pl.Series, is_left: pl.Series) -> pl.Series:
    """The readers' flags, with one more where a name was left as it is; null is neither changed nor left."""
    more = pl.concat_list(pl.lit(flags).fill_null([]), pl.lit([LEGACY_POSSIBLE]))
    is_flagged = pl.lit(is_left.fill_null(False))
    return pl.select(pl.when(is_flagged).then(more).otherwise(pl.lit(flags)).alias(flags.name)).to_series()


def decoded_as_told(values: pl.Series, encoding: str, basis: str) -> pl.Series:
    """The whole column in Unicode once more, as its Decoding, of this encoding and basis, told when it came."""
    words = words_of(values)
    return _decoded(values, words, _Verdict(encoding, basis, basis == "column" and words.unicode_values > 0, 1.0))[0]


class _Verdict(NamedTuple):
    encoding: str
    basis: str
    is_mixed: bool
    confidence: float


def _confirmed(words: Mapping[str, Words], encoding: str) -> dict[str, _Verdict]:
    return {name: _Verdict(encoding, "confirmed", False, 1.0) for name in words}


def _judged(words: Mapping[str, Words], is_all_legacy: bool, headings: str | None) -> dict[str, _Verdict]:
    """The verdict on each column that is, or may be, in a legacy encoding.

    `is_all_legacy`: no column that its sender typed holds a value that is Unicode beyond doubt.
    """
    told = {name: judge(found) for name, found in words.items()}
    verdicts = {
        name: _Verdict(detection.encoding, "column", detection.is_mixed, detection.confidence)
        for name, detection in told.items()
        if detection.encoding
    }
    open_columns = {name: found for name, found in words.items() if name not in verdicts}
    of_file = _of_file({verdict.encoding for verdict in verdicts.values()}, headings, open_columns)
    for name in open_columns:
        detection = told[name]
        if of_file and _fits(detection, of_file.encoding, is_all_legacy):
            verdicts[name] = of_file
        elif detection.possible:
            verdicts[name] = _Verdict(detection.possible, "possible", False, detection.confidence)
    return verdicts


def _of_file(agreed: Set[str], headings: str | None, open_columns: Mapping[str, Words]) -> _Verdict | None:
    """What the columns with evidence of their own agree on; else the headings'; else what the others tell together."""
    if agreed:
        return _Verdict(next(iter(agreed)), "file", False, 1.0) if len(agreed) == 1 else None
    if headings:
        return _Verdict(headings, "headings", False, 1.0)
    together = [found for found in open_columns.values() if not found.unicode_values]
    if not together:
        return None
    detection = judge(pooled(together))
    return _Verdict(detection.encoding, "file", False, detection.confidence) if detection.encoding else None


def _fits(detection: Detection, encoding: str, is_all_legacy: bool) -> bool:
    """Whether a column without enough evidence of its own may be read as the rest of its file."""
    evidence = detection.evidence[encoding]
    if detection.unicode_values or evidence.lost:
        return False
    return evidence.gained > 0 or (is_all_legacy and detection.unknown == 0 and evidence.either > 0)


def _decoded(values: pl.Series, words: Words, verdict: _Verdict) -> tuple[pl.Series, pl.Series]:
    """The column in Unicode; and of each row that could be legacy text whether it changed, null for the others."""
    given = words.changeable.get_column("value")
    legacy = [decode(value, verdict.encoding) for value in given]
    table = pl.DataFrame({"value": given, "decoded": pl.Series(legacy, dtype=pl.String)})
    if verdict.basis in ("confirmed", "possible"):
        is_read = pl.repeat(verdict.basis == "confirmed", len(given), eager=True)
    else:
        is_read = legacy_values(words, verdict.encoding, is_mixed=verdict.is_mixed)
    table = table.with_columns(is_read=is_read).filter(pl.col("decoded") != pl.col("value"))
    rows = pl.DataFrame({"value": values}).join(table, on="value", how="left", maintain_order="left", validate="m:1")
    read = pl.when("is_read").then("decoded").otherwise("value").alias(values.name)
    return rows.select(read).to_series(), rows.get_column("is_read")
