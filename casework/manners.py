"""Who goes first on a machine that does several things at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from casework.types import Home
from registry.engine import WriteSession

#: niceness of work that nobody waits for: beside it, a page gets nine tenths of a processor that both want
_NICENESS = 10


Answer = TypeVar("Answer")


class _Brisk:
    """The thread that does not give way, once this process does."""

    line: ThreadPoolExecutor | None = None


def give_way() -> None:
    """Lets whoever waits at a page go first, from now on: this thread, and the threads that it starts."""
    if _Brisk.line is None:
        _Brisk.line = ThreadPoolExecutor(1, "brisk")
        # a thread is as nice as whoever starts it: it has to be there before
        _Brisk.line.submit(int).result()
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))


def briskly(act: Callable[[], Answer]) -> Answer:
    """What an act gives that others wait for, such as one under the issuing lock, even where this process gives way.

    Whoever holds a lock and is passed over by those who wait for it keeps them all waiting. An act within an act is
    none.
    """
    return act() if _Brisk.line is None else _Brisk.line.submit(act).result()


def write_briskly(home: Home, act: Callable[[WriteSession], Answer]) -> Answer:
    """What an act gives in a transaction of its own under the issuing lock."""

    def write() -> Answer:
        with home.ledger.writing() as session:
            return act(session)

    return briskly(write)
