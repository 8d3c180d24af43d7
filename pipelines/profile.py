"""Source profiles: how a kind of sender lays out its files and writes its words. One TOML file each, no code."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from casework.deliveries.intake import ENCODINGS_TO_CONFIRM, RECEIVED, Conventions, known_province

FOLDER = Path(__file__).parent / "profiles"

_PRECISIONS = {"full": 0, "month": 1, "year": 2}
_KEYS = {"id", "title", "date_order", "running_number", "required", "headings", "sex", "events"}
_OPTIONAL_KEYS = {
    "province",
    "commune_list",
    "birth_precision",
    "text",
    "sheet",
    "without",
    "repeated",
    "default",
    "fill_down",
    "above",
    "footer",
    "sheets",
}
#: What the columns of a profile may be: those of RECEIVED that a sender fills.
_COLUMNS = set(RECEIVED) - {"row", "sheet", "sheet_row", "cells", "shape_fault", "cell_faults", "reader_flags"}


@dataclass(frozen=True)
class Profile:
    """One layout of one sheet: folded headings of each canonical column, and the conventions of its values.

    `without` are folded headings that this layout never has; `repeated` says which column each occurrence of a heading
    is ("" for none); `default` is what the layout itself says of every row; `fill_down` are columns that the rows below
    share while their own cell is blank; `above` are labels of cells over the heading, whose value counts for all rows;
    `footer` are the words with which what stands below the table begins.
    """

    profile_id: str
    title: str
    province: str | None
    sheet: str
    required: tuple[str, ...]
    without: frozenset[str]
    running_number: frozenset[str]
    columns: Mapping[str, str]
    repeated: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    default: Mapping[str, str]
    fill_down: tuple[str, ...]
    above: Mapping[str, str]
    footer: tuple[str, ...]
    conventions: Conventions

    @property
    def known(self) -> Set[str]:
        """Every folded heading that has a meaning here."""
        return self.columns.keys() | self.repeated.keys() | self.running_number | self.without

    @cached_property
    def person_headings(self) -> Set[str]:
        """The folded headings of name and birth date, which every layout has."""
        return {name for name, column in self.columns.items() if column in ("full_name", "birth_date")}


def fold_heading(heading: str) -> str:
    """The heading in ASCII lower case, letters and digits only."""
    spread = unicodedata.normalize("NFKD", heading.lower().replace("đ", "d").replace("ð", "d"))
    return "".join(char for char in spread if char.isascii() and char.isalnum())


def read_profiles(path: Path) -> list[Profile]:
    """The layouts of one TOML file, one for each of its [[sheets]] or one in all; ValueError names what is wrong.

    What a sheet says comes before what the file says; headings are added to the file's.
    """
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    sheets: list[dict[str, Any]] = told.pop("sheets", [{}])
    return [
        _profile({**told, **sheet, "headings": {**told.get("headings", {}), **sheet.get("headings", {})}}, path)
        for sheet in sheets
    ]


def _profile(told: Mapping[str, Any], path: Path) -> Profile:
    wrong = sorted((_KEYS - told.keys()) | (told.keys() - _KEYS - _OPTIONAL_KEYS))
    if wrong:
        raise ValueError(f"{path.name}: missing or unknown keys: {', '.join(wrong)}")
    headings: Mapping[str, Sequence[str]] = told["headings"]
    repeated: Mapping[str, Sequence[str]] = told.get("repeated", {})
    above: Mapping[str, Sequence[str]] = told.get("above", {})
    default: Mapping[str, str] = told.get("default", {})
    named = {*headings, *above, *default, *told.get("fill_down", ()), *chain.from_iterable(repeated.values())} - {""}
    unknown = sorted((named - _COLUMNS) | (set(told["required"]) - headings.keys()))
    if unknown:
        raise ValueError(f"{path.name}: no such columns: {', '.join(unknown)}")
    if "province" in told and not known_province(told["province"]):
        raise ValueError(f"{path.name}: no province {told['province']} on the list in force")
    text: Mapping[str, str] = told.get("text", {})
    if text.keys() - {"encoding"} or text.get("encoding", ENCODINGS_TO_CONFIRM[0]) not in ENCODINGS_TO_CONFIRM:
        raise ValueError(f"{path.name}: [text] takes encoding alone, one of {', '.join(ENCODINGS_TO_CONFIRM)}")
    precisions = _turned(told.get("birth_precision", {}), path)
    return Profile(
        profile_id=told["id"],
        title=told["title"],
        province=told.get("province"),
        sheet=fold_heading(told.get("sheet", "")),
        required=tuple(told["required"]),
        without=frozenset(map(fold_heading, told.get("without", ()))),
        running_number=frozenset(map(fold_heading, told["running_number"])),
        columns=_turned(
            {c: map(fold_heading, (*headings.get(c, ()), *above.get(c, ()))) for c in {**headings, **above}}, path
        ),
        repeated={fold_heading(name): tuple(columns) for name, columns in repeated.items()},
        names={column: names[0] for column, names in headings.items()},
        default=default,
        fill_down=tuple(told.get("fill_down", ())),
        above=_turned({column: map(fold_heading, labels) for column, labels in above.items()}, path),
        footer=tuple(map(fold_heading, told.get("footer", ()))),
        conventions=Conventions(
            sex_words=_turned(told["sex"], path),
            event_words=_turned(told["events"], path),
            precision_words={word: _PRECISIONS[precision] for word, precision in precisions.items()},
            date_order=told["date_order"],
            commune_list=told.get("commune_list"),
            encoding=text.get("encoding"),
        ),
    )


@cache
def known_profiles() -> tuple[Profile, ...]:
    """Every profile of the program, by file name."""
    return tuple(profile for path in sorted(FOLDER.glob("*.toml")) for profile in read_profiles(path))


def _turned(words: Mapping[str, Iterable[str]], path: Path) -> dict[str, str]:
    """Word to meaning, from meaning to words; ValueError when a word has two meanings."""
    turned: dict[str, str] = {}
    for word, meaning in chain.from_iterable(((word, meaning) for word in said) for meaning, said in words.items()):
        if turned.setdefault(word, meaning) != meaning:
            raise ValueError(f"{path.name}: {word!r} stands for both {turned[word]} and {meaning}")
    return turned
