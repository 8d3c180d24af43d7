"""Who goes first on a machine that does several things at once."""

from __future__ import annotations

import os

#: niceness of work that nobody waits for: beside it, a page gets nine tenths of a processor that both want
_NICENESS = 10


def give_way() -> None:
    """Lets whoever waits at a page go first, from now on: this thread, and the threads that it starts."""
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
