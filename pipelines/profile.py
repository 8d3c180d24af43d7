"""Source profiles: how a kind of sender lays out its files and writes its words. One TOML file each, no code."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from casework.intake import RECEIVED, Conventions
from pipelines.unreadable import UnreadableError

FOLDER = Path(__file__).parent / "profiles"

_PRECISIONS = {"full": 0, "month": 1, "year": 2}
_KEYS = {"id", "title", "date_order", "running_number", "required", "headings", "sex", "events"}
_OPTIONAL_KEYS = {"province", "commune_list", "birth_precision"}


@dataclass(frozen=True)
class Profile:
    """One layout: folded headings of each canonical column, and the conventions of its values."""

    profile_id: str
    title: str
    province: str | None
    required: tuple[str, ...]
    running_number: frozenset[str]
    columns: Mapping[str, str]
    names: Mapping[str, str]
    conventions: Conventions

    def missing(self, headings: Iterable[str]) -> list[str]:
        """The required headings that a file lacks, as the layout usually writes them."""
        found = {self.columns.get(fold_heading(heading)) for heading in headings}
        return [self.names[column] for column in self.required if column not in found]


@dataclass(frozen=True)
class Layout:
    """Where a file holds what: the profile, the position of each canonical column, and the columns left aside."""

    profile: Profile
    positions: Mapping[str, int]
    running_numbers: frozenset[int]
    unknown: tuple[str, ...]


def fold_heading(heading: str) -> str:
    """The heading in ASCII lower case, letters and digits only."""
    spread = unicodedata.normalize("NFKD", heading.lower().replace("đ", "d"))
    return "".join(char for char in spread if char.isascii() and char.isalnum())


def read_profile(path: Path) -> Profile:
    """The profile of one TOML file; ValueError names what is wrong in it."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    wrong = sorted((_KEYS - told.keys()) | (told.keys() - _KEYS - _OPTIONAL_KEYS))
    if wrong:
        raise ValueError(f"{path.name}: missing or unknown keys: {', '.join(wrong)}")
    headings: Mapping[str, Sequence[str]] = told["headings"]
    unknown = sorted((headings.keys() - RECEIVED.keys()) | (set(told["required"]) - headings.keys()))
    if unknown:
        raise ValueError(f"{path.name}: no such columns: {', '.join(unknown)}")
    columns = _turned({column: map(fold_heading, names) for column, names in headings.items()}, path)
    precisions = _turned(told.get("birth_precision", {}), path)
    return Profile(
        profile_id=told["id"],
        title=told["title"],
        province=told.get("province"),
        required=tuple(told["required"]),
        running_number=frozenset(map(fold_heading, told["running_number"])),
        columns=columns,
        names={column: names[0] for column, names in headings.items()},
        conventions=Conventions(
            sex_words=_turned(told["sex"], path),
            event_words=_turned(told["events"], path),
            precision_words={word: _PRECISIONS[precision] for word, precision in precisions.items()},
            date_order=told["date_order"],
            commune_list=told.get("commune_list"),
        ),
    )


@cache
def known_profiles() -> tuple[Profile, ...]:
    """Every profile of the program, by file name."""
    return tuple(read_profile(path) for path in sorted(FOLDER.glob("*.toml")))


def recognise(headings: Sequence[str], profiles: Sequence[Profile]) -> Layout:
    """The layout of a file with these headings; UnreadableError when no profile fits, or two do."""
    fitting = [profile for profile in profiles if not profile.missing(headings)]
    if not fitting:
        lacks = (f"theo mẫu {p.profile_id} ({p.title}) thì thiếu cột {_quoted(p.missing(headings))}" for p in profiles)
        raise UnreadableError(
            f"không nhận ra bố cục của dòng tiêu đề: {'; '.join(lacks)}. Hãy sửa tiêu đề rồi gửi lại."
        )
    if len(fitting) > 1:
        raise UnreadableError(
            f"dòng tiêu đề hợp với nhiều mẫu ({', '.join(p.profile_id for p in fitting)}). "
            "Hãy bỏ những cột không thuộc mẫu của đơn vị."
        )
    return _layout(headings, fitting[0])


def _layout(headings: Sequence[str], profile: Profile) -> Layout:
    """Where the columns of the profile stand; UnreadableError when one stands twice."""
    folded = [fold_heading(heading) for heading in headings]
    running = frozenset(at for at, name in enumerate(folded) if name in profile.running_number)
    positions: dict[str, int] = {}
    for at, name in enumerate(folded):
        column = profile.columns.get(name) if at not in running else None
        if column is None:
            continue
        if column in positions:
            raise UnreadableError(
                f"hai cột cùng nội dung: {_quoted([headings[positions[column]], headings[at]])}. Hãy để lại một cột."
            )
        positions[column] = at
    used = running | set(positions.values())
    return Layout(
        profile, positions, running, tuple(h for at, h in enumerate(headings) if at not in used and h.strip())
    )


def _turned(words: Mapping[str, Iterable[str]], path: Path) -> dict[str, str]:
    """Word to meaning, from meaning to words; ValueError when a word has two meanings."""
    turned: dict[str, str] = {}
    for word, meaning in chain.from_iterable(((word, meaning) for word in said) for meaning, said in words.items()):
        if turned.setdefault(word, meaning) != meaning:
            raise ValueError(f"{path.name}: {word!r} stands for both {turned[word]} and {meaning}")
    return turned


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{' '.join(name.split())}”" for name in names)
