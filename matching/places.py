"""Communes and provinces: which communes of today a code or a name may stand for.

A commune code means nothing without its list: 3,316 of the 3,321 codes of the 2025 list also stand in the 2019 list,
2,146 of them under another name. Every place is therefore kept as the set of communes of the 2025 list.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from matching.text import fold, rules

ADMIN = Path(__file__).parent / "data" / "admin"

#: The day from which the 34 provinces and 3,321 communes stand in place of the 63 and 10,035.
NEW_LISTS_FROM = date(2025, 7, 1)
OLD_LIST, NEW_LIST = "2019", "2025"


def _read(name: str) -> list[dict[str, str]]:
    with (ADMIN / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


#: Province code to name, of the list before and from 1/7/2025. Seven codes kept their digits and changed meaning.
PROVINCES_63: Mapping[str, str] = {row["code"]: row["name"] for row in _read("provinces_63")}
PROVINCES_34: Mapping[str, str] = {row["code"]: row["name"] for row in _read("provinces_34")}
#: First three digits of a personal id that Circular 07/2016/TT-BCA gives to a province.
BIRTH_CODES: Mapping[str, str] = {row["code"]: row["province_63"] for row in _read("cccd_province_codes")}


class _Communes(NamedTuple):
    """The two lists, and both lists by name."""

    targets: Mapping[str, tuple[str, ...]]
    old_names: Mapping[str, str]
    new_names: Mapping[str, str]
    provinces: Mapping[str, str]
    by_name: Mapping[str, frozenset[tuple[str, str]]]
    #: the provinces of today that a name of either list stands for
    provinces_by_name: Mapping[str, frozenset[str]]


_CODE = re.compile("[0-9]{1,5}")
_PREFIX = re.compile(f"^({'|'.join(rules('words')['place']['prefixes'])}) (?=.)")
_PROVINCE_PREFIX = re.compile(f"^({'|'.join(rules('words')['place']['province_prefixes'])}) (?=.)")
#: what stands between the names of a commune, its district and its province
_PARTS = re.compile(r"\s*[,;]\s*|\s+[-–]\s+")
#: more communes than these say too little to be searched by
_MOST_OF_A_NAME = 6


def place_name(name: str) -> str:
    """The name of a commune as it is compared: folded, without Xã, Phường, Thị trấn and what follows a comma."""
    return _PREFIX.sub("", fold(_PARTS.split(name)[0]))


def _bare(spelled: str) -> str:
    """A name with its marks, without the word before it."""
    word = _PREFIX.match(fold(spelled))
    return spelled if word is None else spelled.split(maxsplit=word[1].count(" ") + 1)[-1]


def _province_name(name: str) -> str:
    """The name of a province as it is compared: folded, without Tỉnh, Thành phố."""
    return _PROVINCE_PREFIX.sub("", fold(name))


@lru_cache(maxsize=1)
def _communes() -> _Communes:
    targets: dict[str, set[str]] = defaultdict(set)
    for row in _read("ward_conversion_2025"):
        if row["old_ward_code"]:
            targets[row["old_ward_code"]].add(row["new_ward_code"])
    old_names = {row["code"]: row["name"] for row in _read("wards_legacy")}
    communes = _read("wards_2025")
    new_names = {row["code"]: row["name"] for row in communes}
    by_name: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for which, names in ((OLD_LIST, old_names), (NEW_LIST, new_names)):
        for code, name in names.items():
            spelled = name.casefold()
            for key in {place_name(name), fold(name), spelled, _bare(spelled)}:
                by_name[key].add((which, code))
    provinces = {row["code"]: row["province_code"] for row in communes}
    provinces_by_name: dict[str, set[str]] = defaultdict(set)
    for code, name in PROVINCES_34.items():
        provinces_by_name[_province_name(name)].add(code)
    for row in _read("wards_legacy"):
        of_today = {provinces[commune] for commune in targets[row["code"]]}
        provinces_by_name[_province_name(PROVINCES_63[row["province_code"]])] |= of_today
    return _Communes(
        {code: tuple(sorted(found)) for code, found in targets.items()},
        old_names,
        new_names,
        provinces,
        {name: frozenset(units) for name, units in by_name.items()},
        {name: frozenset(codes) for name, codes in provinces_by_name.items()},
    )


def pad_commune(code: str) -> str:
    """The commune code with the leading zeros that a spreadsheet lost; text that is no code stays as it is."""
    digits = code.replace(" ", "").removesuffix(".0")
    return digits.zfill(5) if _CODE.fullmatch(digits) else code


def _reading(which: str, code: str) -> tuple[str, ...]:
    """The communes of today that the code stands for in one list."""
    lists = _communes()
    if which == OLD_LIST:
        return lists.targets.get(code, ())
    return (code,) if code in lists.new_names else ()


def _by_name(name: str, which: str | None) -> list[str]:
    """The communes that units of the name stand for, sorted; empty where they are more than a few.

    Marks tell (Long Hoa is not Long Hòa), and so do the province behind a comma and the word before the name; that word
    last, for it changes: a commune becomes a ward.
    """
    first, *around = _PARTS.split(name)
    spelled = first.casefold() if not name.isascii() else None
    bare = None if spelled is None else _bare(spelled)
    for key in filter(None, (bare, spelled, place_name(first), fold(first))):
        units = _communes().by_name.get(key, frozenset())
        found = {commune for of_list, code in units if which in (None, of_list) for commune in _reading(of_list, code)}
        found = _within(found, around) or found
        if 0 < len(found) <= _MOST_OF_A_NAME:
            return sorted(found)
    return []


def _within(communes: set[str], around: Sequence[str]) -> set[str]:
    """Those of the communes that lie in a province which stands behind the name."""
    told = {province for part in around for province in _communes().provinces_by_name.get(_province_name(part), ())}
    return {commune for commune in communes if province_of(commune) in told}


def readings(code: str | None, which: str | None, name: str | None) -> list[str]:
    """The communes of the 2025 list that the code may stand for, sorted.

    `which` is "2019", "2025" or None when nobody said; then both readings stand, unless the place's name fits exactly
    one of them. A code that is in no list gives way to the name, where one unit in the country bears it.
    """
    lists = _communes()
    if code and not _CODE.fullmatch(code):
        code, name = None, name or code
    if code:
        padded = pad_commune(code)
        old = _reading(OLD_LIST, padded) if which in (None, OLD_LIST) else ()
        new = _reading(NEW_LIST, padded) if which in (None, NEW_LIST) else ()
        if old and new and name:
            wanted = place_name(name)
            fits_old = place_name(lists.old_names.get(padded, "")) == wanted
            fits_new = place_name(lists.new_names[padded]) == wanted
            if fits_old != fits_new:
                return list(old if fits_old else new)
        if old or new:
            return sorted({*old, *new})
    return _by_name(name, which) if name else []


def place_columns(codes: pl.Series, lists: pl.Series, names: pl.Series) -> pl.DataFrame:
    """`communes` (see `readings`) and `exact` ("list:code" when the list was told) of columns of places."""
    asked = list(zip(codes.to_list(), lists.to_list(), names.to_list(), strict=True))
    known = {place: readings(*place) for place in set(asked)}
    exact = [
        f"{which}:{code.zfill(5)}" if which and code and _CODE.fullmatch(code) else None for code, which, _ in asked
    ]
    return pl.DataFrame(
        {"communes": [known[place] for place in asked], "exact": exact},
        schema={"communes": pl.List(pl.String), "exact": pl.String},
    )


def province_of(commune: str) -> str | None:
    """The province (34 list) of a commune of the 2025 list."""
    return _communes().provinces.get(commune)


def known_province(code: str, at: date = NEW_LISTS_FROM) -> bool:
    """Whether the two digits are a province on that day: of 63 before 1/7/2025, of 34 from then on."""
    return code in (PROVINCES_34 if at >= NEW_LISTS_FROM else PROVINCES_63)
