"""The numbers of one row, each in the column where it belongs, typed with the row's own sex and birth year.

A number that cannot be what its column says is flagged and left out of the typed row, never mended in silence: the
received text stands beside it. Numbers never make a row impossible to process.

Flags, each with the column that the sender wrote in: `…_placeholder`, `…_unreadable`, `…_passport`, `…_impossible`,
`…_left_out` (another number stands there already), `…_letters_proposed`, `…_zeros_proposed`; and `number_moved`,
`card_code_disagrees`, `personal_id_of_another`, `personal_id_disagrees`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from matching.numbers import CARD, PARENT_YEARS, PASSPORT, as_digits, clean_number, is_placeholder, personal_id_facts
from matching.places import PROVINCES_63

NUMBER_COLUMNS = ("personal_id", "old_id", "bhxh_code", "card_number")


class RowNumbers(NamedTuple):
    """The four typed numbers of one row, and what was noticed on the way."""

    personal_id: str | None
    old_id: str | None
    bhxh_code: str | None
    card_number: str | None
    flags: list[str]


class Facts(NamedTuple):
    """What the row itself says of its person: M or F, the birth year, and the day on which it came in."""

    sex: str | None
    birth_year: int | None
    at: date

    def agree_with(self, personal_id: str) -> bool:
        """Whether the digits are a possible personal id of this very person: birth year, and sex where known."""
        told = personal_id_facts(personal_id, self.at)
        return told is not None and told.birth_year == self.birth_year and self.sex in (None, told.sex)


class _Typed(NamedTuple):
    """Where a number belongs (null: nowhere), its value, and what was noticed."""

    column: str | None
    value: str
    flags: tuple[str, ...] = ()


def _type(column: str, text: str, facts: Facts) -> _Typed:
    """Where the number that stands in the column belongs."""
    number = clean_number(text)
    if CARD.fullmatch(number):
        return _Typed("card_number", number)
    digits = as_digits(number)
    if digits is None:
        return _Typed(None, number, (f"{column}_{'passport' if PASSPORT.fullmatch(number) else 'unreadable'}",))
    if is_placeholder(digits):
        return _Typed(None, digits, (f"{column}_placeholder",))
    typed = _type_digits(column, digits, facts)
    mended = () if digits == number else (f"{column}_letters_proposed",)
    return typed._replace(flags=(*mended, *typed.flags))


def _type_digits(column: str, digits: str, facts: Facts) -> _Typed:
    """Where a number of digits only belongs."""
    typed = _Typed(None, digits, (f"{column}_unreadable",))
    match len(digits):
        case 12 if personal_id_facts(digits, facts.at):
            typed = _Typed("personal_id", digits)
        case 12 if column == "old_id":
            typed = _Typed("old_id", digits)
        case 12 if column == "personal_id":
            typed = _Typed(None, digits, ("personal_id_impossible",))
        case 10 if column == "bhxh_code":
            typed = _Typed("bhxh_code", digits)
        case 10 | 11 if facts.agree_with(digits.zfill(12)):
            typed = _Typed("personal_id", digits.zfill(12), ("personal_id_zeros_proposed",))
        case 10 if column != "old_id" and digits[:2] in PROVINCES_63:
            typed = _Typed("bhxh_code", digits)
        case 9 if column == "bhxh_code" and "0" + digits[0] in PROVINCES_63:
            typed = _Typed("bhxh_code", "0" + digits, ("bhxh_code_zeros_proposed",))
        case 9:
            typed = _Typed("old_id", digits)
        case 8 if column in ("old_id", "personal_id"):
            typed = _Typed("old_id", "0" + digits, ("old_id_zeros_proposed",))
    return typed


def type_row(numbers: Mapping[str, str | None], facts: Facts) -> RowNumbers:
    """The numbers of a row, each in the column where it belongs, with flags.

    `numbers` maps the names of NUMBER_COLUMNS to the received text. A number in its own column comes before one that
    was moved there. Lost leading zeros of a personal id are proposed only where the row's birth year agrees, and its
    sex where that is known.
    """
    typed = [(column, _type(column, text, facts)) for column in NUMBER_COLUMNS if (text := numbers.get(column))]
    found: dict[str, str] = {}
    flags: list[str] = []
    for column, number in sorted(typed, key=lambda item: item[0] != item[1].column):
        flags.extend(number.flags)
        target = number.column
        if target is None or found.get(target) == number.value:
            continue
        if target not in found:
            found[target] = number.value
            if target != column and (column, target) != ("bhxh_code", "card_number"):
                flags.append("number_moved")
        elif column == "old_id" and target == "personal_id":
            found.setdefault("old_id", number.value)
        else:
            flags.append(f"{column}_left_out")
    flags.extend(_judged(found, facts))
    personal_id, old_id, code, card = (found.get(column) for column in NUMBER_COLUMNS)
    return RowNumbers(personal_id, old_id, code, card, list(dict.fromkeys(flags)))


def _judged(found: dict[str, str], facts: Facts) -> list[str]:
    """What the numbers say against each other and against the row; a card without a code beside it gives its own."""
    flags = []
    inside = found.get("card_number", "")[-10:]
    if inside and found.setdefault("bhxh_code", inside) != inside:
        flags.append("card_code_disagrees")
    told = personal_id_facts(found.get("personal_id", ""), facts.at)
    if told is not None and facts.birth_year is not None and told.birth_year <= facts.birth_year - PARENT_YEARS:
        flags.append("personal_id_of_another")
    elif told is not None and (facts.birth_year not in (None, told.birth_year) or facts.sex not in (None, told.sex)):
        flags.append("personal_id_disagrees")
    return flags


def number_columns(rows: pl.DataFrame, at: date) -> pl.DataFrame:
    """The typed numbers and `flags` of rows with NUMBER_COLUMNS, sex and birth_date (a partial ISO date or null).

    Grain: one row a row, in the same order.
    """
    years = rows.get_column("birth_date").str.slice(0, 4).cast(pl.Int64, strict=False)
    texts = rows.select(*NUMBER_COLUMNS).iter_rows(named=True)
    sexes = rows.get_column("sex").to_list()
    typed = [
        type_row(text, Facts(sex, year, at)) for text, sex, year in zip(texts, sexes, years.to_list(), strict=True)
    ]
    return pl.DataFrame(
        typed, schema={**dict.fromkeys(NUMBER_COLUMNS, pl.String), "flags": pl.List(pl.String)}, orient="row"
    )
