"""A record beside those it could be, as an officer reads them: what agrees, what does not, who lives with whom."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casework.office_dates import local_date
from casework.office_words import COMPARISONS, FIELDS, RELATIONS, SEXES, STATUSES, word
from pipelines.cli_table import shown, table

if TYPE_CHECKING:
    from casework.office.search import SearchHit
    from casework.office.view import CandidateView

Record = Mapping[str, Any]

SAME, NEAR, DIFFERENT, UNSURE, UNTOLD = "=", "≈", "≠", "?", "·"
LEGEND = (
    "= giống nhau   ≈ gần giống (khác dấu hay chữ hoa, một bên chỉ ghi một phần)   ≠ khác   "
    "? hai danh mục xã, không so thẳng được   · có bên không ghi"
)
#: Candidates that stand side by side before the table becomes too wide to read.
ABREAST = 3
UNKNOWN_LIST = "không rõ danh mục"

#: Fields of which one side often tells only the beginning.
_PARTIAL = ("birth_date", "address")
_PLACES = {"birth_place": "Nơi khai sinh", "residence": "Nơi cư trú"}
_CODE_AND_LIST = re.compile(r"(?P<code>\S+) \((?P<list>[^)]+)\)")
_LINES = (
    "full_name",
    "birth_date",
    "sex",
    "personal_id",
    "old_id",
    "bhxh_code",
    "card_number",
    "household_code",
    "relation_to_head",
    "head_name",
    *_PLACES,
    "address",
    "father_name",
    "mother_name",
    "phone",
    "ethnicity",
    "nationality",
)
_WORDS = {"sex": SEXES, "relation_to_head": RELATIONS}


def side_by_side(title: str, own: Record, candidates: Sequence[tuple[str, Record]]) -> str:
    """Tables of a record and its candidates, a few abreast; fields that none of them tells are left out."""
    tables = []
    for start in range(0, max(len(candidates), 1), ABREAST):
        abreast = candidates[start : start + ABREAST]
        lines = []
        for line in _LINES:
            left = value_of(own, line)
            rights = [value_of(record, line) for _, record in abreast]
            if left or any(rights):
                marked = [right and f"{mark(line, left, right)} {_read(line, right)}" for right in rights]
                lines.append([_PLACES.get(line) or FIELDS[line], _read(line, left), *marked])
        tables.append(table(["", title, *(f"  {name}" for name, _ in abreast)], lines))
    return "\n\n".join(tables)


def mark(line: str, left: str | None, right: str | None) -> str:
    """Whether two values of one field say the same, nearly the same, or something else."""
    if not left or not right:
        return UNTOLD
    if left == right:
        return SAME
    if line in _PLACES:
        return _mark_place(left, right)
    one, other = _bare(left), _bare(right)
    is_part = line in _PARTIAL and (one.startswith(other) or other.startswith(one))
    return NEAR if one == other or is_part else DIFFERENT


def _mark_place(left: str, right: str) -> str:
    """The mark of two places as value_of writes them: a commune code means nothing without its list."""
    one, other = _CODE_AND_LIST.match(left), _CODE_AND_LIST.match(right)
    if one is None or other is None:
        return NEAR if _bare(left) == _bare(right) else UNSURE
    if one["code"] == other["code"]:
        return SAME if one["list"] == other["list"] else NEAR
    return DIFFERENT if one["list"] == other["list"] != UNKNOWN_LIST else UNSURE


def value_of(record: Record, line: str) -> str | None:
    """One field of a record in one piece; a commune is its code, its list and its name."""
    if line in _PLACES:
        code, list_, name = (record.get(f"{line}_{part}") for part in ("code", "list", "name"))
        told = f"{code} ({list_ or UNKNOWN_LIST})" if code else None
        return " ".join(part for part in (told, name) if part) or None
    value: str | None = record.get(line)
    return word(_WORDS.get(line, {}), value)


def _read(line: str, value: str | None) -> str | None:
    """A value as an officer reads it; it is compared as the ledger writes it."""
    return local_date(value) if line == "birth_date" else value


def candidate_lines(
    title: str, candidate: CandidateView | SearchHit, posterior: float | None = None, standing: str | None = None
) -> list[str]:
    """What is to be said of one candidate below the table; `standing` is how another row stands."""
    if standing is None:
        number = f"mã số {candidate.code}" if candidate.code else "không có mã số đang dùng"
        standing = ", ".join(filter(None, (number, word(STATUSES, candidate.status))))
    chance = f", xác suất {percent(posterior)}" if posterior is not None else ""
    return [
        f"{title}: {standing}; trọng số {candidate.match_weight:+.1f}{chance}",
        f"  {shown(candidate.sentence)}",
        f"  Trọng số từng mục: {weights_line(candidate.weights)}",
    ]


def weights_line(weights: Mapping[str, float]) -> str:
    """The weights that say something, the heaviest first."""
    telling = sorted(((name, bits) for name, bits in weights.items() if bits), key=lambda one: -abs(one[1]))
    return ", ".join(f"{COMPARISONS.get(name, name)} {bits:+.1f}" for name, bits in telling) or "không có"


def households_text(households: Mapping[str | None, Sequence[Mapping[str, Any]]]) -> str:
    """The people of each household, by household code."""
    lines = []
    for code, members in households.items():
        if code:
            lines.append(f"Hộ {shown(code)}:" if members else f"Hộ {shown(code)}: chưa có ai trong sổ.")
            lines += [f"  {_member(member)}" for member in members]
    return "\n".join(lines)


def percent(share: float) -> str:
    """A share as a percentage that never says 100 or 0 when it is not."""
    if share > 0.99994:
        return "trên 99.99 %"
    if share < 0.00006:
        return "dưới 0.01 %"
    return f"{100 * share:.2f} %"


def _member(member: Mapping[str, Any]) -> str:
    about = [
        word(RELATIONS, member["relation"]),
        word(SEXES, member["sex"]),
        local_date(member["birth_date"]),
        "đã chết" if member["status"] == "deceased" else None,
    ]
    return f"{shown(member['full_name'])} ({', '.join(text for text in about if text)})"


def _bare(text: str) -> str:
    """The text without marks, case and signs."""
    spread = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    return "".join(char for char in spread if char.isalnum())
