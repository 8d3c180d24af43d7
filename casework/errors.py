"""Errors that shells show to people, with their exit codes."""

from registry.errors import NO_ROOM, BusyError, IntegrityError, UsageError
from registry.errors import RegistryError as MotmaError

__all__ = [
    "NO_ROOM",
    "BusyError",
    "ClaimedError",
    "DecidedError",
    "IntegrityError",
    "MotmaError",
    "NotApproverError",
    "UsageError",
]


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
