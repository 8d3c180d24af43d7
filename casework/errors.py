"""Errors that shells show to people, with their exit codes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from registry.errors import NO_ROOM, BusyError, IntegrityError, UsageError
from registry.errors import RegistryError as MotmaError

__all__ = [
    "NO_ROOM",
    "AnsweredError",
    "BusyError",
    "ClaimedError",
    "DecidedError",
    "IntegrityError",
    "MotmaError",
    "NotApproverError",
    "NotControlError",
    "NotUndoneError",
    "OnlyLooksError",
    "UndoneError",
    "UsageError",
    "writing",
]


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Says what cannot be written there: BusyError for want of room, UsageError for anything else."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in NO_ROOM
        advice = "Make room, then try again." if is_full else "Name another place, or mend this one."
        raise (BusyError if is_full else UsageError)(
            f"{place}: cannot be written ({error.strerror}). {advice}"
        ) from error


class DecidedError(UsageError):
    """Somebody (`by`) has decided an item before, at a moment (`at`)."""

    def __init__(self, item_id: int, by: str, at: str) -> None:
        super().__init__(f"item {item_id}: decided already by {by} at {at}")
        self.by, self.at = by, at


class ClaimedError(BusyError):
    """Somebody else (`by`) is at work on an item, until a moment (`until`)."""

    def __init__(self, item_id: int, by: str, until: str) -> None:
        super().__init__(f"item {item_id}: {by} is at work on it, until {until} at the latest. Nothing was changed.")
        self.by, self.until = by, until


class NotApproverError(UsageError):
    """The second agreement to a death came from somebody who is no approver."""


class NotControlError(UsageError):
    """An account that is not of the control team asked for what only that team sees."""

    def __init__(self) -> None:
        super().__init__("only the control team sees this, under its own account (motma account add --control)")


class OnlyLooksError(UsageError):
    """An account of the control team tried to decide."""

    def __init__(self, login: str) -> None:
        super().__init__(
            f"{login} is an account of the control team: it looks and decides nothing. Nothing was changed."
        )


class UndoneError(UsageError):
    """What was decided of an item was taken back; it waits as another one (`reopened_as`)."""

    def __init__(self, item_id: int, reopened_as: int) -> None:
        super().__init__(f"item {item_id}: what was decided of it was taken back; it waits as item {reopened_as}")
        self.reopened_as = reopened_as


class AnsweredError(UsageError):
    """A question waits no longer: somebody (`by`) has answered it, or whoever asked has decided (None)."""

    def __init__(self, question_id: int, by: str | None) -> None:
        super().__init__(f"question {question_id}: {f'answered by {by}' if by else 'decided meanwhile'}")
        self.by = by


class NotUndoneError(UsageError):
    """A decision cannot be taken back. `why` is one of WHY's codes, `by` whose word it is where it is somebody's."""

    #: code → what stands in the way, and what to do
    WHY: ClassVar[Mapping[str, str]] = {
        "nothing": "nobody has decided anything of it that could be taken back",
        "machine": "the program decided it, nobody's word did; whoever finds it wrong tells the control team",
        "anothers": "it is the word of {by}, who can take it back",
        "late": "it was said too long ago (rules/undo.toml); whoever finds it wrong tells the control team",
        "issued": "a code was issued, and a number once used is never used again. Where the person has another code, "
        "tell the control team: two people agree which of the two stays",
        "changed": "another row or decision has changed the person since; take that back first, where it can be",
        "relied_on": "other rows were decided by the same word since; take those back first, where it can be",
        "beside": "what waited beside the link was decided since; take that back first",
    }

    def __init__(self, item_id: int, why: str, by: str = "") -> None:
        super().__init__(f"item {item_id}: not taken back: {self.WHY[why].format(by=by)}. Nothing was changed.")
        self.why, self.by = why, by
