"""Dates of birth at the precision they were given in, and dates of events.

A partial date is ISO text: "1950", "1950-03" or "1950-03-05". A year never becomes a 1 January. What cannot be read
for certain is a fault; nothing is guessed, swapped or completed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from matching.text import clean

#: No living or recently dead person is older; an earlier year is a typing error.
OLDEST_YEAR = 1890
#: Days are taken for years up to this one.
_LAST_YEAR = 2100
#: A commune may announce a change a month ahead; later is a typing error.
EVENT_DAYS_AHEAD = 31

MISSING = "birth_date_missing"
IMPOSSIBLE = "date_impossible"
UNREADABLE = "date_unreadable"
TWO_DIGIT_YEAR = "date_two_digit_year"
FUTURE = "date_future"
TOO_OLD = "date_too_old"
#: The day as a spreadsheet counts it, from 1900. It is not turned back: 51985 may also be 5/1985 without its zero.
SERIAL = "date_serial"

#: A flag, no fault: the day is what a spreadsheet makes of a year typed into a cell for dates (1985: 7 June 1905).
#: Nobody born on such a day lives, so the year is what was meant.
YEAR_AS_DAY = "birth_date_year_as_day"

#: Where year, month and day stand in a date of three numbers that does not begin with a four-digit year.
ORDERS = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}

_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AP]M|Z)?$", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_WORDS = re.compile(r"\b(sinh|ngày|ngay|tháng|thang|năm|nam)\b", re.IGNORECASE)
_SHAPE = re.compile(r"\d{1,4}( ?[/.\-, ] ?\d{1,4}){0,2}")
_UNKNOWN_PARTS = re.compile(r"([_.?xX…]{1,2} ?[/\-] ?){1,2}(?=\d)")
#: From here spreadsheets count the days.
_EPOCH = date(1899, 12, 30)
#: Zeros, dots and dashes alone are a form's empty field.
_GIVEN = re.compile(r"[^0\s./\-_:]")
_YEAR_AS_FLOAT = re.compile(r"(\d{4})[.,]0+")


class PartialDate(NamedTuple):
    """A date as ISO text at its own precision, or the fault that kept it from being one. Both null: blank.

    `flag` is what was noticed of a date that is none.
    """

    value: str | None
    fault: str | None
    flag: str | None = None


def _parts(text: str, order: str) -> tuple[int, int, int] | str:
    """Year, month and day of the text, 0 for what was not given; or a fault code."""
    bare = " ".join(_WORDS.sub(" ", _TIME.sub("", text)).split())
    bare = _UNKNOWN_PARTS.sub("", _YEAR_AS_FLOAT.sub(r"\1", bare))
    if re.fullmatch(r"\d{8}", bare):
        return _eight_digits(bare, order)
    if re.fullmatch(r"\d{5}", bare):
        return SERIAL
    numbers = re.findall(r"\d+", bare) if _SHAPE.fullmatch(bare) else []
    lengths = [len(number) for number in numbers]
    if len(numbers) > 1 and max(lengths) <= 2:
        return TWO_DIGIT_YEAR
    if lengths.count(4) != 1 or 3 in lengths or (len(numbers) == 3 and lengths[1] == 4):
        return UNREADABLE
    values = [int(number) for number in numbers]
    if lengths[0] == 4:
        year, month, day = (*values, 0, 0)[:3]
    elif len(values) == 2:
        month, year, day = *values, 0
    else:
        year, month, day = (values[at] for at in ORDERS["dmy" if order == "ymd" else order])
    return year, month, day


def _eight_digits(digits: str, order: str) -> tuple[int, int, int] | str:
    """A date typed without separators: of its two readings at most one is a date since 1890."""
    year_first = (int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    year_last = (year, first, second) if order == "mdy" else (year, second, first)
    readings = [reading for reading in (year_first, year_last) if all(reading) and _fault(*reading) is None]
    return readings[0] if readings else UNREADABLE


def _fault(year: int, month: int, day: int) -> str | None:
    """What is wrong with the numbers of a date, whatever today is."""
    if year < OLDEST_YEAR:
        return TOO_OLD
    if month > 12 or (day and not month) or (day and day > monthrange(year, month)[1]):
        return IMPOSSIBLE
    return None


def _year_meant(year: int, month: int, day: int) -> int | None:
    """The year of which a spreadsheet made this day; None of any other day."""
    days = (date(year, month, day) - _EPOCH).days if month and day else 0
    return days if OLDEST_YEAR <= days <= _LAST_YEAR else None


def birth_number(iso: str) -> int | None:
    """The partial ISO date as yyyymmdd, with zeros for what is unknown; None when it is no date since 1890.

    A day of 1905 that a spreadsheet made of a year is that year.
    """
    parts = _ISO.fullmatch(iso)
    if parts is None:
        return None
    year, month, day = (int(part or 0) for part in parts.groups())
    written_zero = parts[2] == "00" or parts[3] == "00"
    if written_zero or _fault(year, month, day):
        return None
    meant = _year_meant(year, month, day)
    return year * 10000 + month * 100 + day if meant is None else meant * 10000


def _iso(year: int, month: int, day: int) -> str:
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def parse_birth(text: str | None, precision: int | None, order: str, at: date) -> PartialDate:
    """A birth date at its precision, or the fault code.

    `precision` is the sender's own word on it (the sheets' precision column: 0 full, 1 month and year, 2 year only; the
    date is then written 01/01/yyyy) and can only shorten the date. `order` is dmy, mdy or ymd; a date that begins
    with a four-digit year is always read as year, month, day. `at` is the day on which the file came in.
    """
    bare = clean(text or "")
    if not _GIVEN.search(bare):
        return PartialDate(None, MISSING)
    parts = _parts(bare, order)
    if isinstance(parts, str):
        return PartialDate(None, parts)
    fault = _fault(*parts)
    if fault:
        return PartialDate(None, fault)
    year, month, day = parts
    if precision in (1, 2):
        day = 0
    if precision == 2:
        month = 0
    if (year, month or 1, day or 1) > (at.year, at.month, at.day):
        return PartialDate(None, FUTURE)
    meant = _year_meant(year, month, day)
    if meant is not None and meant <= at.year:
        return PartialDate(_iso(meant, 0, 0), None, YEAR_AS_DAY)
    return PartialDate(_iso(year, month, day), None)


def parse_event_date(text: str | None, order: str, at: date) -> PartialDate:
    """The whole date of a change, or the fault code; a blank one is neither. Up to 31 days ahead of `at` is allowed."""
    bare = clean(text or "")
    if not _GIVEN.search(bare):
        return PartialDate(None, None)
    parts = _parts(bare, order)
    if isinstance(parts, str):
        return PartialDate(None, parts)
    fault = _fault(*parts)
    if fault:
        return PartialDate(None, fault)
    if not all(parts):
        return PartialDate(None, UNREADABLE)
    if date(*parts) > at + timedelta(days=EVENT_DAYS_AHEAD):
        return PartialDate(None, FUTURE)
    return PartialDate(_iso(*parts), None)


def birth_columns(texts: pl.Series, precisions: pl.Series, order: str, at: date) -> pl.DataFrame:
    """`value`, `fault` and `flag` of a column of birth dates; `precisions` holds 0, 1, 2 or null."""
    asked = pl.DataFrame({"text": texts, "precision": precisions.cast(pl.Int64)})
    distinct = asked.unique()
    answers = [parse_birth(text, precision, order, at) for text, precision in distinct.iter_rows()]
    return _answered(asked, distinct, answers)


def event_columns(texts: pl.Series, order: str, at: date) -> pl.DataFrame:
    """`value`, `fault` and `flag` of a column of event dates."""
    asked = pl.DataFrame({"text": texts})
    distinct = asked.unique()
    return _answered(asked, distinct, [parse_event_date(text, order, at) for (text,) in distinct.iter_rows()])


def _answered(asked: pl.DataFrame, distinct: pl.DataFrame, answers: list[PartialDate]) -> pl.DataFrame:
    """The answers of the distinct values, one row for each value asked."""
    found = pl.DataFrame(answers, schema=dict.fromkeys(PartialDate._fields, pl.String), orient="row")
    known = pl.concat([distinct, found], how="horizontal")
    return asked.join(known, on=asked.columns, how="left", nulls_equal=True, maintain_order="left").select(
        PartialDate._fields
    )
