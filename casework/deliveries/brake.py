"""The brake: what stops a file as a whole, before anything of it is applied.

Pure rules on the rows of one delivery as they are understood and ruled on; what they stop, `casework.deciding.batch`
holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.policy import PolicyError, head_faults, policy
from casework.types import Home
from matching.text import norm_name

_SETTINGS = {"version", "fewest_rows", "limit"}
_PARTS = {"sign", "title", "share"}
#: rows shown as examples of a sign
_EXAMPLES = 5
#: changes of persons whom the register should know
_OF_KNOWN = ("death", "move_out", "correction")
_NUMBERS = ("personal_id", "old_id", "bhxh_code")
#: middle names that tell the sex, as written and without marks where nothing else is written so
_MIDDLE_SEX = {"thị": "F", "thi": "F", "văn": "M"}
_WHOLE_DATE = len("yyyy-mm-dd")


@dataclass(frozen=True)
class Limit:
    """A sign trips above `share` of the rows that can show it."""

    sign: str
    title: str
    share: float


@dataclass(frozen=True)
class BrakeRules:
    """The limits; a sign that fewer than `fewest_rows` rows can show never trips."""

    version: str
    fewest_rows: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class WatchedRow:
    """A row of a delivery: where its sender sees it, what it says (UNDERSTOOD's columns), how it was ruled on.

    `is_repeated`: its source reported the same change of the same person before, and that was decided.
    """

    row_id: int
    sheet: str | None
    sheet_row: int
    meaning: Mapping[str, Any]
    body: Mapping[str, Any]
    is_repeated: bool


@dataclass(frozen=True)
class Sign:
    """What tripped: `rows` of the `of` rows that can show it; `examples` are (sheet, row number of the sender)."""

    sign: str
    title: str
    rows: int
    of: int
    limit: float
    examples: tuple[tuple[str | None, int], ...]


#: for each row whether it shows a sign; None where it cannot
_Shown = Iterable[bool | None]


def brake_rules(home: Home) -> BrakeRules:
    """The limits of a home; PolicyError names every fault."""
    raw = policy(home, "brake")
    faults = _faults(raw)
    if faults:
        raise PolicyError(f"rules/brake.toml: {'; '.join(faults)}")
    limits = tuple(Limit(entry["sign"], entry["title"], float(entry["share"])) for entry in raw["limit"])
    return BrakeRules(raw["version"], raw["fewest_rows"], limits)


def _faults(raw: Mapping[str, Any]) -> list[str]:
    found = head_faults(raw, _SETTINGS)
    if type(raw.get("fewest_rows")) is not int or raw["fewest_rows"] < 1:
        found.append(f"fewest_rows is {raw.get('fewest_rows')!r}, not a number of rows")
    entries = raw.get("limit")
    if not isinstance(entries, list):
        return [*found, "there is no [[limit]]"]
    for number, entry in enumerate(entries, start=1):
        found += [f"limit no. {number}: {name} is no part of a limit" for name in entry if name not in _PARTS]
        if entry.get("sign") not in SIGNS:
            found.append(f"limit no. {number}: {entry.get('sign')!r} is not one of {', '.join(SIGNS)}")
        if not isinstance(entry.get("title"), str):
            found.append(f"limit no. {number}: title is missing")
        share = entry.get("share")
        if not isinstance(share, (int, float)) or not 0 < share <= 1:
            found.append(f"limit no. {number}: share is {share!r}, not a share")
    return found


def signs(rows: Sequence[WatchedRow], rules: BrakeRules) -> list[Sign]:
    """The signs that trip for the rows of one delivery, which stand in the order in which they take effect."""
    found = []
    for limit in rules.limits:
        shown = list(SIGNS[limit.sign](rows))
        of = sum(value is not None for value in shown)
        hits = [row for row, value in zip(rows, shown, strict=True) if value]
        if of >= rules.fewest_rows and len(hits) > limit.share * of:
            examples = sorted((row.sheet or "", row.sheet_row, row.sheet) for row in hits)[:_EXAMPLES]
            where = tuple((sheet, number) for _, number, sheet in examples)
            found.append(Sign(limit.sign, limit.title, len(hits), of, limit.share, where))
    return found


def _faulty(rows: Sequence[WatchedRow]) -> _Shown:
    return [bool(row.meaning["faults"]) for row in rows]


def _alike(rows: Sequence[WatchedRow]) -> _Shown:
    """A row that is, or may be, whoever an earlier row of the delivery is."""
    own = {row.row_id for row in rows}
    people: set[int] = set()
    for row in rows:
        if row.meaning["faults"]:
            yield None
            continue
        body = row.body
        person_id = body.get("person_id")
        yield (
            not own.isdisjoint((body.get("same_as_row"), body.get("waits_for_row")))
            or body.get("reason") == "in_batch"
            or person_id in people
        )
        if person_id is not None:
            people.add(person_id)


def _unknown(rows: Sequence[WatchedRow]) -> _Shown:
    return [
        row.body.get("reason") == "unknown_person"
        if row.meaning["event"] in _OF_KNOWN and not row.meaning["faults"]
        else None
        for row in rows
    ]


def _contradicted(rows: Sequence[WatchedRow]) -> _Shown:
    return [
        row.body.get("reason") in ("identity_conflict", "code_conflict")
        if any(row.meaning[name] for name in _NUMBERS) and not row.meaning["faults"]
        else None
        for row in rows
    ]


def _number_misfits(rows: Sequence[WatchedRow]) -> _Shown:
    return [
        "personal_id_disagrees" in row.meaning["flags"]
        if row.meaning["personal_id"] and "personal_id_of_another" not in row.meaning["flags"]
        else None
        for row in rows
    ]


def _sex_misfits(rows: Sequence[WatchedRow]) -> _Shown:
    for row in rows:
        name, sex = row.meaning["full_name"], row.meaning["sex"]
        middle = norm_name(name).split()[1:-1] if name else []
        told = {_MIDDLE_SEX[word] for word in middle if word in _MIDDLE_SEX}
        yield sex not in told if sex is not None and len(told) == 1 else None


def _repeated(rows: Sequence[WatchedRow]) -> _Shown:
    return [None if row.meaning["faults"] else row.is_repeated for row in rows]


def _one(*columns: str, is_date: bool = False) -> Callable[[Sequence[WatchedRow]], _Shown]:
    """Rows that share the value which most rows have in one of some columns."""

    def shown(rows: Sequence[WatchedRow]) -> _Shown:
        held = [
            [(name, value) for name in columns if (value := row.meaning[name]) and (not is_date or _is_whole(value))]
            for row in rows
        ]
        commonest = Counter(entry for entries in held for entry in entries).most_common(1)
        return [commonest[0][0] in entries if entries else None for entries in held]

    return shown


def _is_whole(day: str) -> bool:
    return len(day) == _WHOLE_DATE


#: how each sign is read off the rows of a delivery
SIGNS: Mapping[str, Callable[[Sequence[WatchedRow]], _Shown]] = {
    "faulty": _faulty,
    "alike": _alike,
    "unknown": _unknown,
    "contradicted": _contradicted,
    "number_misfits": _number_misfits,
    "sex_misfits": _sex_misfits,
    "repeated": _repeated,
    "one_name": _one("full_name"),
    "one_number": _one(*_NUMBERS),
    "one_birth_date": _one("birth_date", is_date=True),
}
