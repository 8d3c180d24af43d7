"""The numbers of a person by their structure alone; `matching.row_numbers` adds the facts of the row.

None of them has a published check digit, and length alone never types a number: a personal id that lost its leading
zeros has the length of a BHXH code, and a code that lost one has the length of an old identity card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.places import BIRTH_CODES, PROVINCES_63
from matching.text import clean, rules

_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E[+\-]?\d+")
_FLOAT = re.compile(r"(\d+)[.,]0+")
_SEPARATORS = re.compile(r"[\s.\-'_,;:/]")
_LETTERS_FOR_DIGITS = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1"})
CARD = re.compile(r"[A-Z]{2}\d{13}")
PASSPORT = re.compile(r"[A-Z]\d{7}")
_TAX_BRANCH = re.compile(r"\d{10}-\d{3}")
_ABROAD = re.compile(r"\+?84[35789]\d{8}")
_MOBILE = re.compile(r"0[35789]\d{8}")
#: Those of most; some have nine, so only who knows the households can tell a lost zero.
_HOUSEHOLD_DIGITS = 10
#: Households may be counted 1, 2, 3 and so on: of so few digits even a repeated one may be meant.
_SHORT_HOUSEHOLD = 8
#: how a ward counts the households of its own list
_COUNTED = re.compile("[0-9]{1,4}")
_RUNS = ("1234567890123", "0123456789", "9876543210987")


#: A parent is at least this much older than the child on whose row or record the parent's number stands.
PARENT_YEARS = 14


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


def told_year(number: pl.Expr) -> pl.Expr:
    """The birth year that a twelve-digit number tells; null of any other."""
    century = number.str.slice(3, 1).cast(pl.Int32, strict=False) // 2
    year = 1900 + 100 * century + number.str.slice(4, 2).cast(pl.Int32, strict=False)
    return pl.when(number.str.len_chars() == 12).then(year)


def is_a_parents(numbers: pl.Series, births: pl.Series) -> npt.NDArray[np.bool_]:
    """Where a twelve-digit number tells of a birth so long before the record's (yyyymmdd) that it is a parent's."""
    theirs = told_year(pl.lit(numbers)) <= births // 10000 - PARENT_YEARS
    return pl.select(theirs.fill_null(value=False)).to_series().to_numpy()


def is_placeholder(digits: str) -> bool:
    """Whether the digits were typed to fill a cell: one digit repeated, or a run such as 123456789012."""
    return len(set(digits)) == 1 or (len(digits) > 8 and any(run.startswith(digits) for run in _RUNS))


def typed_to_fill(numbers: pl.Expr) -> pl.Expr:
    """Where an identity card or a personal id, as registers hold them, was typed to fill a cell."""
    repeated = {digit * length for digit in "0123456789" for length in (9, 12)}
    runs = {run[:length] for run in _RUNS for length in (9, 12) if len(run) >= length}
    return numbers.is_in(sorted(repeated | runs))


def clean_number(text: str) -> str:
    """The number without separators, in capitals; a spreadsheet's ".0" falls away."""
    upper = clean(text).upper().lstrip("'")
    if _SCIENTIFIC.fullmatch(upper):
        return upper
    return _SEPARATORS.sub("", _FLOAT.sub(r"\1", upper) if _FLOAT.fullmatch(upper) else upper)


def clean_household_code(text: str) -> str | None:
    """The household code without blanks and a spreadsheet's ".0"; None for what fills the cell ("-", "0", "chưa có").

    Nor is a number of up to four digits one: that is how a ward counts the households of its own list. Of what is no
    household's code, everybody's households would become one.
    """
    code = "".join(_FLOAT.sub(r"\1", clean(text)).split())
    is_run = len(code) > _SHORT_HOUSEHOLD and code.isdigit() and is_placeholder(code)
    return None if is_run or _COUNTED.fullmatch(code) or not re.search("[1-9]", code) else code


def household_of_file(text: str) -> str | None:
    """What tells the households of one file apart: the code, or the file's own count of them."""
    code = "".join(clean(text).split())
    return clean_household_code(text) or (code if _COUNTED.fullmatch(code) and code.strip("0") else None)


def household_code_with_zeros(code: str) -> str | None:
    """The household code with the zeros that a spreadsheet may have taken from its front; None if it has lost none."""
    return code.zfill(_HOUSEHOLD_DIGITS) if len(code) < _HOUSEHOLD_DIGITS and re.fullmatch("[0-9]+", code) else None


def as_digits(number: str) -> str | None:
    """The digits that the letters O, I and l stand for, where that makes the whole a number; else None."""
    digits = number.translate(_LETTERS_FOR_DIGITS)
    mended = sum(char.isdigit() for char in number)
    return digits if digits.isascii() and digits.isdigit() and mended > len(number) // 2 else None


def clean_phone(text: str) -> str | None:
    """The telephone number as 0 and nine digits, 11-digit mobiles in their form since 15/9/2018; None if unreadable."""
    digits = re.sub("[^0-9+]", "", re.split(r"[/;,]| - ", clean(text))[0])
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
        return _REJECTED
    for kind, shape in (("card_number", CARD), ("passport", PASSPORT)):
        if shape.fullmatch(number):
            return NumberType(kind, number, "ok")
    if _ABROAD.fullmatch(number):
        return NumberType("phone", clean_phone(number), "ok")
    digits = as_digits(number)
    if digits is None:
        return _REJECTED
    if len(set(digits)) == 1 or (is_placeholder(digits) and len(digits) > 10):
        return NumberType(None, None, "placeholder")
    typed = _BY_LENGTH[len(digits)](digits, at) if len(digits) in _BY_LENGTH else _REJECTED
    return typed._replace(verdict="propose") if typed.verdict == "ok" and digits != number else typed


def _twelve(digits: str, at: date) -> NumberType:
    known = personal_id_facts(digits, at)
    return NumberType("personal_id", digits, "ok") if known else NumberType("personal_id", None, "reject")


def _eleven(digits: str, at: date) -> NumberType:
    """A personal id without its first zero, or a mobile number as it was before 15/9/2018."""
    phone = clean_phone(digits) if digits[:4] in _OLD_MOBILES else None
    if personal_id_facts(digits.zfill(12), at):
        return (
            NumberType(None, digits, "ambiguous") if phone else NumberType("personal_id", digits.zfill(12), "propose")
        )
    return NumberType("phone", phone, "propose") if phone else _REJECTED


def _ten(digits: str, at: date) -> NumberType:
    """A code, a tax number, a telephone number, or a personal id without its first two zeros."""
    only_phone = _MOBILE.fullmatch(digits) and digits[:2] not in PROVINCES_63
    padded = personal_id_facts(digits.zfill(12), at)
    return NumberType("phone", digits, "ok") if only_phone and not padded else NumberType(None, digits, "ambiguous")


def _nine(digits: str, at: date) -> NumberType:
    return NumberType("old_id", digits, "ok")


def _eight(digits: str, at: date) -> NumberType:
    return NumberType("old_id", digits.zfill(9), "propose")


_REJECTED = NumberType(None, None, "reject")
_BY_LENGTH: Mapping[int, Callable[[str, date], NumberType]] = {
    8: _eight,
    9: _nine,
    10: _ten,
    11: _eleven,
    12: _twelve,
}
