"""Where a sheet holds what: its heading is found among its first rows, and the layout by the heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from casework.deliveries.intake import LEGACY_ENCODINGS, AboveCell, decode
from casework.deliveries.layouts import FAULTS_HEADING, ROW_HEADING
from pipelines.limits import HEADING_WITHIN_ROWS
from pipelines.profile import Profile, fold_heading
from pipelines.tables import Row
from pipelines.unreadable import UnreadableError

_OURS = frozenset((fold_heading(ROW_HEADING), fold_heading(FAULTS_HEADING)))
#: A sheet whose nearest layout finds this share of its required columns is a list of people with a wrong heading.
_LIST_OF_PEOPLE = 0.5
_COLUMN_NUMBER = re.compile("[0-9]{1,4}")


@dataclass(frozen=True)
class Layout:
    """The profile, the heading, and the columns of each canonical column: more than one where a heading is repeated.

    `encoding` is the legacy encoding in which the heading was written, None for Unicode; `headings` are in Unicode.
    `ours` are the columns of an error file that was sent back.
    """

    profile: Profile
    headings: tuple[str, ...]
    positions: Mapping[str, tuple[int, ...]]
    running_numbers: frozenset[int]
    encoding: str | None = None
    ours: frozenset[int] = frozenset()

    @property
    def uncounted(self) -> frozenset[int]:
        """The columns that are no part of a row's identity."""
        return self.running_numbers | self.ours

    def read(self, text: str) -> str:
        """What stands above or below the table, written as the heading is, in Unicode."""
        return decode(text, self.encoding) if self.encoding else text

    @property
    def columns(self) -> dict[int, str]:
        """The canonical column of each column that has one."""
        return {at: column for column, places in self.positions.items() for at in places}

    @property
    def unknown(self) -> tuple[str, ...]:
        """The headings that no column stands for."""
        used = self.uncounted | self.columns.keys()
        return tuple(name for at, name in enumerate(self.headings) if at not in used and name.strip())


class Found(NamedTuple):
    """The layout of a sheet, the row where its heading ends, and the rows above and below the heading."""

    layout: Layout
    heading_row: int
    above: list[Row]
    below: list[Row]


class UnknownLayoutError(UnreadableError):
    """No profile fits; `is_people` tells whether the sheet looks like a list of people all the same."""

    def __init__(self, message: str, is_people: bool) -> None:
        super().__init__(message)
        self.is_people = is_people


def find_layout(rows: Iterable[Row], profiles: Sequence[Profile], sheet: str | None) -> Found:
    """The layout of a sheet with these rows; UnreadableError when no profile fits its first rows, or two do.

    A heading may take two rows, the upper one for groups of columns. Of two profiles that fit, the one that names the
    sheet is meant. Where headings stay unknown as they stand, or something stands above them, each legacy encoding is
    tried on them and on the labels above.
    """
    kept = list(rows)
    found = _find(kept, profiles, sheet, None)
    if found is None or found.layout.unknown or found.above:
        found = _find_legacy(kept, profiles, sheet, found)
    if found is None:
        raise _unknown([row.cells for row in kept[:HEADING_WITHIN_ROWS]], profiles)
    return found


def _find(rows: Sequence[Row], profiles: Sequence[Profile], sheet: str | None, encoding: str | None) -> Found | None:
    """The layout of a sheet whose headings are written in an encoding; UnreadableError when two profiles fit."""
    first = rows[:HEADING_WITHIN_ROWS]
    for at, row in enumerate(first):
        for headings, height in _headings(first, at):
            read = [(profile, _in_unicode(headings, profile, encoding)) for profile in profiles]
            fitting = [(profile, names) for profile, names in read if not missing(profile, names)]
            named = [one for one in fitting if one[0].sheet and one[0].sheet == fold_heading(sheet or "")]
            if len(fitting) > 1 and len(named) != 1:
                raise UnreadableError(
                    f"dòng tiêu đề hợp với nhiều mẫu ({', '.join(p.profile_id for p, _ in fitting)}). "
                    "Hãy bỏ những cột không thuộc mẫu của đơn vị."
                )
            if fitting:
                below = rows[at + height :]
                profile, names = (named or fitting)[0]
                if height > 1 and _fits_alone(_in_unicode(rows[at + 1].cells, profile, encoding), names, profile):
                    continue
                layout = replace(layout_of(names, profile), encoding=encoding)
                return Found(layout, row.sheet_row + height - 1, list(first[:at]), list(below[_numbering(below) :]))
    return None


def _fits_alone(lower: Sequence[str], both: Sequence[str], profile: Profile) -> bool:
    """Whether the lower row is a heading to which the row above it, a title or a label, adds no column."""
    alone, together = (sum(fold_heading(name) in profile.known for name in names) for names in (lower, both))
    return not missing(profile, lower) and alone == together


def _find_legacy(
    rows: Sequence[Row], profiles: Sequence[Profile], sheet: str | None, plain: Found | None
) -> Found | None:
    """The layout under the legacy encoding that makes most headings and labels known; UnreadableError when two do.

    `plain` is the layout by the headings as they stand, which is kept unless one encoding adds columns or labels to it.
    """
    tried = [
        _find(rows, [p for p in profiles if p.conventions.encoding in (None, encoding)], sheet, encoding)
        for encoding in LEGACY_ENCODINGS
    ]
    found = [one for one in tried if one is not None and (plain is None or _adds(one, plain))]
    most = max(map(_known, found), default=0)
    best = [one for one in found if _known(one) == most]
    if plain is None and len(best) > 1:
        encodings = [str(one.layout.encoding) for one in best]
        raise UnreadableError(
            f"dòng tiêu đề đọc được theo nhiều bảng mã cũ ({', '.join(encodings)}). "
            f'Hãy ghi bảng mã vào source.toml của thư mục, dưới dòng [text], ví dụ encoding = "{encodings[0]}".'
        )
    return best[0] if len(best) == 1 else plain


def _adds(found: Found, plain: Found) -> bool:
    """Whether a layout has every column that the plain one has, where that has it, and more of them or of labels."""
    has_all = found.layout.columns.items() >= plain.layout.columns.items()
    return found.heading_row == plain.heading_row and has_all and _known(found) > _known(plain)


def _known(found: Found) -> int:
    """How many headings, and labels above them, are known."""
    return len(found.layout.columns) + len(labelled(found.above, found.layout))


def labelled(rows: Sequence[Row], layout: Layout) -> dict[str, tuple[AboveCell, str]]:
    """The cells over the heading that count for all rows, with their values, by column."""
    found: dict[str, tuple[AboveCell, str]] = {}
    labels = layout.profile.above
    for row in rows if labels else ():
        for at, cell in enumerate(row.cells):
            label, _, text = cell.partition(":")
            label = layout.read(label)
            column = labels.get(fold_heading(label))
            value = text if text.strip() else next((cell for cell in row.cells[at + 1 :] if cell.strip()), "")
            if column is not None and column not in found and any(char.isalnum() for char in value):
                told = AboveCell(column, " ".join(label.split()), row.sheet_row, at)
                found[column] = (told, value.strip().strip("…. "))
    return found


def _in_unicode(headings: Sequence[str], profile: Profile, encoding: str | None) -> Sequence[str]:
    """The headings in Unicode; one that the profile knows as it stands, and not otherwise, is none of the encoding."""
    if encoding is None:
        return headings
    read = [(name, decode(name, encoding)) for name in headings]
    known = profile.known
    as_it_stands = [fold_heading(name) in known and fold_heading(decoded) not in known for name, decoded in read]
    return [name if stands else decoded for stands, (name, decoded) in zip(as_it_stands, read, strict=True)]


def _headings(rows: Sequence[Row], at: int) -> list[tuple[list[str], int]]:
    """What may be the heading that begins in a row, and how many rows it takes."""
    upper = rows[at].cells
    if at + 1 == len(rows) or rows[at + 1].sheet_row != rows[at].sheet_row + 1:
        return [(upper, 1)]
    lower = rows[at + 1].cells
    width = max(len(upper), len(lower))
    upper_, lower_ = (cells + [""] * (width - len(cells)) for cells in (upper, lower))
    both = [below if below.strip() else over for over, below in zip(upper_, lower_, strict=True)]
    return [(upper, 1), (both, 2)]


def _numbering(rows: Sequence[Row]) -> int:
    """1 where the row below the heading counts the columns, as printed forms do: (1), (2), (3) or A, B, 1; else 0."""
    said = [fold_heading(cell) for cell in rows[0].cells if cell.strip()] if rows else []
    numbers = [int(text) for text in said if _COLUMN_NUMBER.fullmatch(text)]
    letters = [text for text in said if not _COLUMN_NUMBER.fullmatch(text)]
    counts = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2
    return int(counts and len(letters) <= 2 and all(len(text) == 1 for text in letters))


def missing(profile: Profile, headings: Sequence[str]) -> list[str]:
    """The required headings that a file lacks, as the layout usually writes them, and those that it must not have."""
    counted = Counter(fold_heading(heading) for heading in headings)
    found = {profile.columns.get(name) for name in counted}
    for name, columns in profile.repeated.items():
        found.update(columns[: counted[name]])
    lacking = [profile.names[column] for column in profile.required if column not in found]
    unwanted = [name for name in headings if fold_heading(name) in profile.without]
    return [*lacking, *(f"(bỏ cột {name})" for name in unwanted)]


def layout_of(headings: Sequence[str], profile: Profile) -> Layout:
    """Where the columns of the profile stand; UnreadableError when two headings of one meaning differ."""
    folded = [fold_heading(heading) for heading in headings]
    running = frozenset(at for at, name in enumerate(folded) if name in profile.running_number)
    ours = frozenset(at for at, name in enumerate(folded) if name in _OURS)
    positions: dict[str, list[int]] = {}
    seen: Counter[str] = Counter()
    for at, name in enumerate(folded):
        columns = profile.repeated.get(name)
        if columns is None:
            column = profile.columns.get(name) if at not in running else None
        else:
            column = columns[seen[name]] if seen[name] < len(columns) else None
        seen[name] += 1
        if not column:
            continue
        places = positions.setdefault(column, [])
        if places and folded[places[0]] != name:
            raise UnreadableError(
                f"hai cột cùng nội dung: {quoted([headings[places[0]], headings[at]])}. Hãy để lại một cột."
            )
        places.append(at)
    return Layout(profile, tuple(headings), {column: tuple(at) for column, at in positions.items()}, running, ours=ours)


def _unknown(first: Sequence[Sequence[str]], profiles: Sequence[Profile]) -> UnknownLayoutError:
    """What is missing for the layouts that come nearest, if anything of one was found."""
    tried = [(missing(profile, cells), profile) for cells in first for profile in profiles]
    fewest = min((len(lacking) / len(profile.required) for lacking, profile in tried), default=1.0)
    if fewest == 1.0:
        return UnknownLayoutError(
            f"không có cột nào của một danh sách người trong {HEADING_WITHIN_ROWS} dòng đầu; "
            "hãy gửi danh sách theo mẫu của đơn vị, có dòng tiêu đề.",
            is_people=False,
        )
    nearest = {p.title: (lacking, p) for lacking, p in tried if len(lacking) / len(p.required) == fewest}
    lacks = [f"theo mẫu {p.profile_id} ({p.title}) thì thiếu cột {quoted(names)}" for names, p in nearest.values()]
    return UnknownLayoutError(
        f"không nhận ra bố cục của dòng tiêu đề: {'; '.join(lacks)}. Hãy sửa tiêu đề rồi gửi lại.",
        is_people=fewest <= _LIST_OF_PEOPLE,
    )


def quoted(names: Iterable[str]) -> str:
    """The names in quotation marks, on one line."""
    return ", ".join(f"“{' '.join(name.split())}”" for name in names)
