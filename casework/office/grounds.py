"""What a verdict rests on, said by choosing: titles of a dated policy, with a code that the log keeps."""

from __future__ import annotations

from dataclasses import dataclass

from casework.errors import UsageError
from casework.policy import entries
from casework.types import Home


@dataclass(frozen=True)
class Ground:
    """What a verdict may rest on: its code, and its title for the officer."""

    code: str
    title: str


def grounds(home: Home) -> list[Ground]:
    """The grounds of a home, in the order of its policy; PolicyError names every fault."""
    return [Ground(**entry) for entry in entries(home, "grounds", "ground", ("code", "title"))]


def check_ground(home: Home, code: str) -> None:
    """UsageError for a code that is none."""
    known = [ground.code for ground in grounds(home)]
    if code not in known:
        raise UsageError(f"reason {code}: not one of {', '.join(known)}")
