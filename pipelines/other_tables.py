"""More headings in a sheet than the one by which it was recognised: printed again on each page, or of another table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipelines.layout import Found, missing
from pipelines.profile import Profile, fold_heading
from pipelines.tables import Row
from pipelines.unreadable import UnreadableError

#: A heading names at least this share of the columns that a layout requires.
_NAMED = 0.5
#: A heading has no more digits; nearly every row of a person has at least a year.
_MOST_DIGITS = 3


class OneTable(NamedTuple):
    """What was found without headings printed again, and the rows where those stood."""

    found: Found
    repeated: list[int]


def one_table(found: Found, profiles: Sequence[Profile]) -> OneTable:
    """The sheet as one table; UnreadableError when it holds another, whose rows would be lost or read as this one's."""
    own = [fold_heading(name) for name in found.layout.headings]
    for row in found.above:
        if row.sheet_row < found.heading_row - 1 and _is_heading(row, found, profiles):
            raise _two_tables(row.sheet_row, found.heading_row)
    repeated = []
    for row in found.below:
        text = "".join(row.cells)
        if sum(map(text.count, "0123456789")) > _MOST_DIGITS or not _is_heading(row, found, profiles):
            continue
        folded = [fold_heading(found.layout.read(cell)) for cell in row.cells]
        if any(name and name not in own[at : at + 1] for at, name in enumerate(folded)):
            raise _two_tables(found.heading_row, row.sheet_row)
        repeated.append(row.sheet_row)
    if repeated:
        found = found._replace(below=[row for row in found.below if row.sheet_row not in repeated])
    return OneTable(found, repeated)


def _is_heading(row: Row, found: Found, profiles: Sequence[Profile]) -> bool:
    names = [found.layout.read(cell) for cell in row.cells if cell.strip()]
    folded = set(map(fold_heading, names))
    if all(folded.isdisjoint(profile.person_headings) for profile in profiles):
        return False
    return any(len(missing(profile, names)) <= _NAMED * len(profile.required) for profile in profiles)


def _two_tables(first: int, second: int) -> UnreadableError:
    return UnreadableError(
        f"có hai bảng trong một trang, tiêu đề ở dòng {first} và dòng {second}. Hãy để mỗi bảng ở một trang riêng."
    )
