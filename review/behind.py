"""What goes on behind the pages: kept words are carried out one after the other, and what others left is settled."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

from casework.claims import release
from casework.errors import MotmaError
from casework.home import open_home
from casework.queue import DecideResult, keep
from casework.redecide import settle_stranded
from casework.sealing import sealed_meanwhile
from casework.types import Home, Viewer
from casework.verdicts import Verdict

#: a page waits so long for a decision to be carried out; the next one tells the rest
PATIENCE_SECONDS = 0.12
_SETTLE_EVERY_SECONDS = 60
_SERVER = Viewer("motma serve", "settle")

_told = logging.getLogger(__name__)
#: where words are carried out, of the thread or process that does so
_at = threading.local()

Answer = TypeVar("Answer")


def in_thread(home: Home) -> Executor:
    """A line of one thread of this process."""
    return ThreadPoolExecutor(1, "decisions", _stand, (home,))


def in_process(home: Home) -> Executor:
    """A line of one process: pages need not wait until a search lets go of the interpreter."""
    started_anew = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, started_anew, _enter, (home.folder, home.ledger_url))


def _stand(home: Home) -> None:
    _at.home = home


def _enter(folder: Path, ledger_url: str | None) -> None:
    # Ctrl-C is for the server, which ends this process when it ends; one that was killed could not
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = multiprocessing.parent_process()
    if server is not None:
        threading.Thread(target=_end_after, args=(server,), daemon=True).start()
    _stand(open_home(folder, ledger_url))


def _end_after(server: BaseProcess) -> None:
    server.join()
    os._exit(1)


class Behind:
    """Carries decisions out in a line of their own: a search for each takes longer than somebody should wait."""

    def __init__(self, home: Home, patience: float, new_line: Callable[[Home], Executor]) -> None:
        self.home, self._patience = home, patience
        self._new_line, self._line = new_line, new_line(home)

    def decide(self, item_id: int, verdict: Verdict, viewer: Viewer) -> DecideResult | None:
        """What came of a decision, whose word is kept; None where it is still being carried out.

        MotmaError as for `casework.queue.decide`. The item is left to the viewer until it is carried out.
        """
        rest = keep(self.home, item_id, verdict, viewer)
        done = self._submit(_carry_out, rest, item_id, viewer)
        try:
            return done.result(self._patience)
        except NotYetError:
            done.add_done_callback(lambda ended: _tell(item_id, ended))
        except BrokenExecutor as broken:
            _told.warning("item %d: its decision is kept, and was not carried out: %s", item_id, broken)
        return None

    def close(self) -> None:
        """Ends with what is being carried out; the rest is kept, and settled by whoever comes next."""
        self._line.shutdown(cancel_futures=True)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """The log is sealed, and what somebody left undone is settled, while the pages are served."""
        is_over = threading.Event()

        def keep_settling() -> None:
            while True:
                self._submit(_settle)
                if is_over.wait(_SETTLE_EVERY_SECONDS):
                    return

        keeper = threading.Thread(target=keep_settling, name="settling", daemon=True)
        with sealed_meanwhile(self.home, _SERVER):
            keeper.start()
            try:
                yield
            finally:
                is_over.set()
                keeper.join()
                self.close()

    def _submit(self, act: Callable[..., Answer], *given: object) -> Future[Answer]:
        """What will come of an act in the line, or in a new one where it broke: its process was killed."""
        try:
            return self._line.submit(act, *given)
        except BrokenExecutor:
            self._line = self._new_line(self.home)
            return self._line.submit(act, *given)


def _carry_out(rest: Callable[[Home], DecideResult], item_id: int, viewer: Viewer) -> DecideResult:
    try:
        return rest(_at.home)
    finally:
        release(_at.home, item_id, viewer)


def _settle() -> None:
    try:
        settle_stranded(_at.home, _SERVER)
    except MotmaError as error:
        _told.warning("what others left could not be settled: %s", error)


def _tell(item_id: int, ended: Future[DecideResult]) -> None:
    """Says what came too late for its page: the item is in the queue again."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        _told.warning("item %d: its decision is kept, and was not carried out: %s", item_id, error)
