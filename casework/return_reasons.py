"""What an officer can say to a sender by choosing: dated texts of a policy, with a code that the log keeps."""

from __future__ import annotations

from dataclasses import dataclass

from casework.errors import UsageError
from casework.policy import PolicyError, policy
from casework.types import Home

_PARTS = ("code", "title", "text")


@dataclass(frozen=True)
class ReturnReason:
    """A reason to return a row: its code, its short title for the officer, the words for the sender."""

    code: str
    title: str
    text: str


def return_reasons(home: Home) -> list[ReturnReason]:
    """The reasons of a home, in the order of its policy; PolicyError names every fault."""
    raw = policy(home, "returns")
    faults = [f"{name} is no setting" for name in raw if name not in ("version", "reason")]
    if not isinstance(raw.get("version"), str):
        faults.append("version is missing")
    entries = raw.get("reason", [])
    for number, entry in enumerate(entries, start=1):
        faults += [f"reason no. {number}: {name} is no part of a reason" for name in entry if name not in _PARTS]
        faults += [f"reason no. {number}: {name} is missing" for name in _PARTS if not _is_said(entry.get(name))]
    told = [entry.get("code") for entry in entries]
    faults += [f"{code} stands there twice" for code in sorted({str(one) for one in told if told.count(one) > 1})]
    if faults:
        raise PolicyError(f"rules/returns.toml: {'; '.join(faults)}")
    return [ReturnReason(**entry) for entry in entries]


def for_the_sender(home: Home, code: str, note: str | None) -> str:
    """The words of a reason and what was written beside it; UsageError for a code that is none."""
    found = {reason.code: reason for reason in return_reasons(home)}
    if code not in found:
        raise UsageError(f"reason {code}: not one of {', '.join(found)}")
    return " ".join(part for part in (found[code].text, note) if part)


def _is_said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
