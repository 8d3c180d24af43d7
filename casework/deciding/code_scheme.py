"""The code scheme: which number becomes a person's code, by the day of issuing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.deciding.rows import ANOTHERS_NUMBER
from casework.policy import PolicyError, head_faults, policy
from casework.types import Home
from casework.vietnam_time import vietnam_time
from registry import codes
from registry.engine import Session

PERMUTATION, PERSONAL = "province_permutation", "personal_number"
SCHEMES = (PERMUTATION, PERSONAL)
_SETTINGS = {"version", "warn_below", "scheme"}
_PARTS = {"from", "scheme", "source"}
#: what makes a row's personal number too unsure to be its code for life
_UNSURE = {ANOTHERS_NUMBER, "personal_id_disagrees"}
_PROPOSED = "_proposed"
_NUMBER_COLUMNS = ("personal_id_", "old_id_", "bhxh_code_")


@dataclass(frozen=True)
class CodePolicy:
    """The schemes with their first days, earliest first; `warn_below` is a share of a province's numbers."""

    version: str
    warn_below: float
    schemes: tuple[tuple[date, str], ...]

    def scheme_at(self, at: str) -> str:
        """The scheme in force at a moment (UTC, as the ledger writes it): the day in Vietnam counts."""
        day = vietnam_time(at).date()
        return max((entry for entry in self.schemes if entry[0] <= day), default=(day, PERMUTATION))[1]


@dataclass(frozen=True)
class ProvinceReport:
    """The ten-digit numbers of one province.

    `drawn` = `issued` + `skipped`; `known_ahead` are numbers that the registers hold and that no draw has met yet;
    `left` are those that can still be issued. `is_low` when that is less than the policy's share.
    """

    province: str
    drawn: int
    issued: int
    skipped: int
    known_ahead: int
    left: int
    is_low: bool


@dataclass(frozen=True)
class CodeReport:
    """The schemes (first day, scheme), the provinces, and how many personal numbers were issued as codes."""

    policy_version: str
    schemes: tuple[tuple[date, str], ...]
    provinces: tuple[ProvinceReport, ...]
    personal_numbers: int


def code_policy(home: Home) -> CodePolicy:
    """The policy of a home; PolicyError names every fault."""
    raw = policy(home, "codes")
    faults = _faults(raw)
    if faults:
        raise PolicyError(f"rules/codes.toml: {'; '.join(faults)}")
    schemes = tuple((entry["from"], entry["scheme"]) for entry in raw["scheme"])
    return CodePolicy(raw["version"], float(raw["warn_below"]), schemes)


def _faults(raw: Mapping[str, Any]) -> list[str]:
    found = head_faults(raw, _SETTINGS)
    share = raw.get("warn_below")
    if not isinstance(share, (int, float)) or not 0 <= share <= 1:
        found.append(f"warn_below is {share!r}, not a share")
    entries = raw.get("scheme")
    if not isinstance(entries, list) or not entries:
        return [*found, "there is no [[scheme]]"]
    for number, entry in enumerate(entries, start=1):
        found += [f"scheme no. {number}: {name} is no part of a scheme" for name in entry if name not in _PARTS]
        if type(entry.get("from")) is not date:
            found.append(f"scheme no. {number}: from is {entry.get('from')!r}, not a day")
        if entry.get("scheme") not in SCHEMES:
            found.append(f"scheme no. {number}: {entry.get('scheme')!r} is not one of {', '.join(SCHEMES)}")
        if not isinstance(entry.get("source"), str):
            found.append(f"scheme no. {number}: source is missing")
    days = [entry.get("from") for entry in entries]
    if not found and days != sorted(set(days)):
        found.append("the days of the schemes do not follow each other")
    return found


def own_number(meaning: Mapping[str, Any]) -> str | None:
    """The personal number of an understood row where it is surely the person's: as written, and as its facts say."""
    flags = meaning["flags"]
    is_proposed = any(flag.endswith(_PROPOSED) and flag.startswith(_NUMBER_COLUMNS) for flag in flags)
    number: str | None = meaning["personal_id"]
    return None if is_proposed or _UNSURE.intersection(flags) else number


def report(home: Home) -> CodeReport:
    """What has been drawn of each province, and what is left."""
    rules = code_policy(home)
    with home.ledger.reading() as session:
        return CodeReport(
            rules.version, rules.schemes, _provinces(session, rules), len(codes.issued_personal_numbers(session))
        )


def _provinces(session: Session, rules: CodePolicy) -> tuple[ProvinceReport, ...]:
    found = []
    for count in codes.province_counts(session):
        left = max(0, codes.CAPACITY - 1 - count.drawn - count.known_ahead)
        is_low = left < rules.warn_below * codes.CAPACITY
        found.append(
            ProvinceReport(count.province, count.drawn, count.issued, count.skipped, count.known_ahead, left, is_low)
        )
    return tuple(found)
