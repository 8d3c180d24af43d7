"""Locks on files, which end with the process that holds them."""

from __future__ import annotations

import fcntl
import time

from registry.errors import BusyError

_LOOK_EVERY_SECONDS = 0.002


def lock(place: int, until: float, busy: str) -> None:
    """Holds an open file, by its descriptor, against every other process until that is closed.

    BusyError, which says `busy`, when another holds it still at `until` (as time.monotonic counts).
    """
    while True:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise BusyError(busy) from None
            time.sleep(_LOOK_EVERY_SECONDS)
        else:
            return
