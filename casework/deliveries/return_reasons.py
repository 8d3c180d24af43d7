"""What an officer can say to a sender by choosing: dated texts of a policy, with a code that the log keeps."""

from __future__ import annotations

from dataclasses import dataclass

from casework.errors import UsageError
from casework.policy import entries
from casework.types import Home


@dataclass(frozen=True)
class ReturnReason:
    """A reason to return a row: its code, its short title for the officer, the words for the sender.

    `event`: the one event that it is for, None for all.
    """

    code: str
    title: str
    text: str
    event: str | None = None


def return_reasons(home: Home) -> list[ReturnReason]:
    """The reasons of a home, in the order of its policy; PolicyError names every fault."""
    found = entries(home, "returns", "reason", ("code", "title", "text"), ("event",))
    return [ReturnReason(**entry) for entry in found]


def for_the_sender(home: Home, code: str, note: str | None) -> str:
    """The words of a reason and what was written beside it; UsageError for a code that is none."""
    found = {reason.code: reason for reason in return_reasons(home)}
    if code not in found:
        raise UsageError(f"reason {code}: not one of {', '.join(found)}")
    return " ".join(part for part in (found[code].text, note) if part)
