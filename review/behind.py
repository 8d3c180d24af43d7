"""What goes on behind the pages: kept words are carried out one after the other, and what others left is settled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager

from casework.claims import release
from casework.errors import MotmaError
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


class Behind:
    """Carries decisions out on a thread of its own: a search for each takes longer than somebody should wait."""

    def __init__(self, home: Home, patience: float) -> None:
        self.home, self._patience = home, patience
        self._line = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decisions")

    def decide(self, item_id: int, verdict: Verdict, viewer: Viewer) -> DecideResult | None:
        """What came of a decision, whose word is kept; None where it is still being carried out.

        MotmaError as for `casework.queue.decide`. The item is left to the viewer until it is carried out.
        """
        rest = keep(self.home, item_id, verdict, viewer)
        done = self._line.submit(self._carry_out, rest, item_id, viewer)
        try:
            return done.result(self._patience)
        except NotYetError:
            done.add_done_callback(lambda ended: _tell(item_id, ended))
            return None

    def _carry_out(self, rest: Callable[[], DecideResult], item_id: int, viewer: Viewer) -> DecideResult:
        try:
            return rest()
        finally:
            release(self.home, item_id, viewer)

    def close(self) -> None:
        """Ends with what is being carried out; the rest is kept, and settled by whoever comes next."""
        self._line.shutdown(cancel_futures=True)

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """The log is sealed, and what somebody left undone is settled, while the pages are served."""
        is_over = threading.Event()

        def keep_settling() -> None:
            while True:
                self._line.submit(self._settle)
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

    def _settle(self) -> None:
        try:
            settle_stranded(self.home, _SERVER)
        except MotmaError as error:
            _told.warning("what others left could not be settled: %s", error)


def _tell(item_id: int, ended: Future[DecideResult]) -> None:
    """Says what came too late for its page: the item is in the queue again."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        _told.warning("item %d: its decision is kept, and was not carried out: %s", item_id, error)
