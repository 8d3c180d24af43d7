"""The numbers of a person, typed by their structure and by the row's own facts; length alone never types a number.

None of them has a published check digit. A number that cannot be what its column says is flagged and left out of the
typed row, never mended in silence: the received text stands beside it. Numbers never make a row impossible to process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from matching.places import BIRTH_CODES, PROVINCES_63
from matching.text import clean, rules

#: A parent is at least this much older than the child on whose row the parent's number stands.
PARENT_YEARS = 14

_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E[+\-]?\d+")
_FLOAT = re.compile(r"(\d+)[.,]0+")
_SEPARATORS = re.compile(r"[\s.\-'_,;:/]")
_LETTERS_FOR_DIGITS = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1"})
_CARD = re.compile(r"[A-Z]{2}\d{13}")
_PASSPORT = re.compile(r"[A-Z]\d{7}")
_TAX_BRANCH = re.compile(r"\d{10}-\d{3}")
_MOBILE = re.compile(r"0[35789]\d{8}")
_RISING = "0123456789012345678"
_FALLING = _RISING[::-1]


class PersonalId(NamedTuple):
    """What a twelve-digit number says: province or country of birth registration, sex, birth year."""

    place: str
    sex: str
    birth_year: int


class NumberType(NamedTuple):
    """What a number is by its structure alone: its kind (null when several fit), its digits, and the verdict.

    `verdict` is ok, propose (a repair that a person or the row's facts must confirm), ambiguous, placeholder or reject.
    """

    kind: str | None
    value: str | None
    verdict: str


class RowNumbers(NamedTuple):
    """The four typed numbers of one row, and what was noticed on the way."""

    personal_id: str | None
    old_id: str | None
    bhxh_code: str | None
    card_number: str | None
    flags: list[str]


def personal_id_facts(number: str, at: date) -> PersonalId | None:
    """What the number says, or None when it cannot be one: unassigned province, birth year after `at`.

    Circular 07/2016/TT-BCA: three digits for the province (63 list) or country (100 and above), one for century and
    sex, two for the birth year, six random.
    """
    if len(number) != 12 or not (number.isascii() and number.isdigit()):
        return None
    place, century = number[:3], int(number[3])
    year = 1900 + 100 * (century // 2) + int(number[4:6])
    if (place not in BIRTH_CODES and int(place) < 100) or year > at.year:
        return None
    return PersonalId(place, "F" if century % 2 else "M", year)


def is_placeholder(digits: str) -> bool:
    """Whether the digits were typed to fill a cell: one digit repeated, or a run such as 123456789012."""
    if len(digits) < 8:
        return False
    runs = digits in _RISING or digits in _FALLING
    return len(set(digits)) == 1 or (runs and digits[0] in "1098")


def clean_number(text: str) -> str:
    """The number without separators, in capitals; a spreadsheet's ".0" falls away."""
    upper = clean(text).upper().lstrip("'")
    if _SCIENTIFIC.fullmatch(upper):
        return upper
    return _SEPARATORS.sub("", _FLOAT.sub(r"\1", upper) if _FLOAT.fullmatch(upper) else upper)


def as_digits(number: str) -> str | None:
    """The digits that the letters O, I and l stand for, where that makes the whole a number; else None."""
    digits = number.translate(_LETTERS_FOR_DIGITS)
    mended = sum(char.isdigit() for char in number)
    return digits if digits.isascii() and digits.isdigit() and mended > len(number) // 2 else None


def clean_phone(text: str) -> str | None:
    """The telephone number as 0 and nine digits, 11-digit mobiles in their form since 15/9/2018; None if unreadable."""
    digits = re.sub(r"[^\d+]", "", re.split(r"[/;,]| - ", clean(text))[0])
    if digits.startswith(("+84", "0084")):
        digits = "0" + digits.removeprefix("+84").removeprefix("0084").lstrip("0")
    elif digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:]
    elif len(digits) == 9 and not digits.startswith("0"):
        digits = "0" + digits
    if len(digits) == 11 and digits[:4] in _OLD_MOBILES:
        digits = _OLD_MOBILES[digits[:4]] + digits[4:]
    plausible = digits.isdigit() and digits.startswith("0") and len(digits) in (10, 11) and len(set(digits)) > 1
    return digits if plausible else None


_OLD_MOBILES: Mapping[str, str] = rules("phones")["mobile_2018"]


def type_number(text: str, at: date) -> NumberType:
    """What the number is by its structure alone. The row's own facts decide where this says ambiguous or propose."""
    number = clean_number(text)
    if _SCIENTIFIC.fullmatch(number) or _TAX_BRANCH.fullmatch(clean(text)):
        return NumberType(None, None, "reject")
    if _CARD.fullmatch(number):
        return NumberType("card_number", number, "ok")
    if _PASSPORT.fullmatch(number):
        return NumberType("passport", number, "ok")
    if number.startswith("+") or (number.startswith("84") and len(number) == 11):
        phone = clean_phone(number)
        return NumberType("phone", phone, "ok") if phone else NumberType(None, None, "reject")
    if number.isascii() and number.isdigit():
        return _type_digits(number, at)
    digits = as_digits(number)
    if digits is None:
        return NumberType(None, None, "reject")
    proposed = _type_digits(digits, at)
    return proposed._replace(verdict="propose") if proposed.verdict == "ok" else proposed


def _type_digits(digits: str, at: date) -> NumberType:
    """The type of a number that is digits only."""
    length = len(digits)
    if length == 9 and len(set(digits)) > 1:
        return NumberType("old_id", digits, "ok")
    if is_placeholder(digits) and length != 10:
        return NumberType(None, None, "placeholder")
    if length == 12:
        known = personal_id_facts(digits, at)
        return NumberType("personal_id", digits, "ok") if known else NumberType("personal_id", None, "reject")
    if length == 11:
        padded = digits.zfill(12)
        phone = clean_phone(digits) if digits[:4] in _OLD_MOBILES else None
        if personal_id_facts(padded, at):
            return NumberType(None, digits, "ambiguous") if phone else NumberType("personal_id", padded, "propose")
        return NumberType("phone", phone, "propose") if phone else NumberType(None, None, "reject")
    if length == 10:
        only_phone = _MOBILE.fullmatch(digits) and digits[:2] not in PROVINCES_63
        if len(set(digits)) == 1:
            return NumberType(None, None, "placeholder")
        return NumberType("phone", digits, "ok") if only_phone else NumberType(None, digits, "ambiguous")
    return NumberType("old_id", digits.zfill(9), "propose") if length == 8 else NumberType(None, None, "reject")


class _Row:
    """The numbers of one row while they find their columns."""

    def __init__(self, sex: str | None, birth_year: int | None, at: date) -> None:
        self.sex, self.birth_year, self.at = sex, birth_year, at
        self.found: dict[str, str] = {}
        self.flags: list[str] = []

    def put(self, column: str, number: str, received_in: str) -> None:
        """Keep the number in the column; one that already holds another number keeps that."""
        if column not in self.found:
            self.found[column] = number
            if column != received_in:
                self.flags.append("number_moved")
        elif self.found[column] != number:
            self.flags.append(f"{received_in}_unreadable")

    def agrees(self, number: str) -> bool:
        """Whether the twelve digits are a possible personal id of this very person: birth year, and sex if known."""
        facts = personal_id_facts(number, self.at)
        return facts is not None and facts.birth_year == self.birth_year and self.sex in (None, facts.sex)

    def put_personal_id(self, number: str, received_in: str) -> None:
        """Keep a possible personal id, and say where it differs from the row's own facts."""
        facts = personal_id_facts(number, self.at)
        if facts is None:
            self.flags.append(f"{received_in}_impossible")
            return
        self.put("personal_id", number, received_in)
        if self.found["personal_id"] != number:
            return
        if self.birth_year is not None and facts.birth_year <= self.birth_year - PARENT_YEARS:
            self.flags.append("personal_id_of_another")
        elif self.birth_year not in (None, facts.birth_year) or self.sex not in (None, facts.sex):
            self.flags.append("personal_id_disagrees")

    def put_padded(self, digits: str, width: int, column: str, received_in: str) -> None:
        """Keep a number whose leading zeros a spreadsheet lost."""
        self.put(column, digits.zfill(width), received_in)
        self.flags.append(f"{column}_zeros_proposed")

    def take(self, column: str, text: str | None) -> None:
        """Type the number that stands in the column."""
        number = clean_number(text or "")
        if not number:
            return
        if _CARD.fullmatch(number):
            self.put("card_number", number, "card_number" if column == "bhxh_code" else column)
            self.put("bhxh_code", number[-10:], "bhxh_code")
            return
        if not (number.isascii() and number.isdigit()):
            digits = as_digits(number)
            if digits is None:
                self.flags.append(f"{column}_{'passport' if _PASSPORT.fullmatch(number) else 'unreadable'}")
                return
            self.flags.append(f"{column}_letters_proposed")
            number = digits
        if is_placeholder(number):
            self.flags.append(f"{column}_placeholder")
            return
        self.take_digits(column, number)

    def take_digits(self, column: str, digits: str) -> None:
        """Type a number of digits only."""
        length = len(digits)
        lost_zeros = length in (10, 11) and self.agrees(digits.zfill(12))
        is_code = length == 10 and digits[:2] in PROVINCES_63
        if length == 12 and (column == "personal_id" or personal_id_facts(digits, self.at)):
            self.put_personal_id(digits, column)
        elif length == 12 and column == "old_id":
            self.put("old_id", digits, column)
        elif length == 10 and column == "bhxh_code":
            self.put("bhxh_code", digits, column)
        elif lost_zeros and "personal_id" not in self.found:
            self.put_padded(digits, 12, "personal_id", column)
        elif is_code and column != "old_id":
            self.put("bhxh_code", digits, column)
        elif length == 9 and column == "bhxh_code" and "0" + digits[0] in PROVINCES_63:
            self.put_padded(digits, 10, "bhxh_code", column)
        elif length == 9:
            self.put("old_id", digits, column)
        elif length == 8 and column != "bhxh_code":
            self.put_padded(digits, 9, "old_id", column)
        else:
            self.flags.append(f"{column}_unreadable")


def type_row(numbers: Mapping[str, str | None], sex: str | None, birth_year: int | None, at: date) -> RowNumbers:
    """The numbers of a row, each in the column it belongs to, with flags.

    `numbers` maps personal_id, bhxh_code, old_id and card_number to the received text. A proposal of lost leading
    zeros needs the row's birth year to agree, and its sex where that is known.
    """
    row = _Row(sex, birth_year, at)
    for column in ("personal_id", "bhxh_code", "old_id", "card_number"):
        row.take(column, numbers.get(column))
    card, code = row.found.get("card_number"), row.found.get("bhxh_code")
    if card and code and card[-10:] != code:
        row.flags.append("card_code_disagrees")
    return RowNumbers(row.found.get("personal_id"), row.found.get("old_id"), code, card, list(dict.fromkeys(row.flags)))


def number_columns(rows: pl.DataFrame, at: date) -> pl.DataFrame:
    """The typed numbers and `flags` of rows with personal_id, old_id, bhxh_code, card_number, sex and birth_date.

    Grain: one row a row, in the same order. `birth_date` is a partial ISO date or null.
    """
    names = ("personal_id", "old_id", "bhxh_code", "card_number")
    years = rows.get_column("birth_date").str.slice(0, 4).cast(pl.Int64, strict=False)
    asked = zip(*(rows.get_column(name).to_list() for name in (*names, "sex")), years.to_list(), strict=True)
    typed = [type_row(dict(zip(names, row[:4], strict=True)), row[4], row[5], at) for row in asked]
    return pl.DataFrame(typed, schema={**dict.fromkeys(names, pl.String), "flags": pl.List(pl.String)}, orient="row")
