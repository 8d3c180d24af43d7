"""What goes on behind the pages: kept words are carried out one after the other, and what others left is settled."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from casework.audit.sealing import seal
from casework.deciding.redecide import settle_stranded
from casework.errors import BusyError, MotmaError
from casework.home import open_home
from casework.manners import give_way
from casework.office.claims import release
from casework.office.queue import DecideResult, Rest, carry_out, keep
from casework.office.verdicts import Verdict
from casework.types import Home, Viewer

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
    give_way()
    _stand(open_home(folder, ledger_url))


def _end_after(server: BaseProcess) -> None:
    server.join()
    os._exit(1)


class _Line:
    """Acts one after the other in a process or thread of its own; another takes its place where it was killed."""

    def __init__(self, home: Home, new_line: Callable[[Home], Executor]) -> None:
        self._home, self._new_line, self._line = home, new_line, new_line(home)

    def does(self, act: Callable[..., Answer], *given: object) -> Answer:
        """What an act gives."""
        try:
            return self._line.submit(act, *given).result()
        except BrokenExecutor:
            self._line = self._new_line(self._home)
            return self._line.submit(act, *given).result()

    def close(self) -> None:
        """Ends with the act that goes on."""
        self._line.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Word:
    """A kept word in the line: what is left to do of it, whose item it decides, and what will come of it."""

    rest: Rest
    item_id: int
    viewer: Viewer
    result: Future[DecideResult] = field(default_factory=Future)


class Behind:
    """Carries decisions out in a line of their own: a search for each takes longer than somebody should wait.

    What came while one search ran is searched for together.
    """

    def __init__(self, home: Home, patience: float, new_line: Callable[[Home], Executor]) -> None:
        self.home, self._patience, self._new_line = home, patience, new_line
        self._line = _Line(home, new_line)
        self._waiting: SimpleQueue[_Word] = SimpleQueue()
        self._turns = ThreadPoolExecutor(1, "turns")

    def decide(self, item_id: int, verdict: Verdict, viewer: Viewer) -> DecideResult | None:
        """What came of a decision, whose word is kept; None where it is still being carried out.

        MotmaError as for `casework.office.queue.decide`. The item is left to the viewer until it is carried out.
        """
        word = _Word(keep(self.home, item_id, verdict, viewer), item_id, viewer)
        self._waiting.put(word)
        self._turns.submit(self._next_turn)
        try:
            return word.result.result(self._patience)
        except NotYetError:
            word.result.add_done_callback(lambda ended: _tell(item_id, ended))
            return None

    def _next_turn(self) -> None:
        """Has all words that wait carried out."""
        words: list[_Word] = []
        with suppress(Empty):
            while True:
                words.append(self._waiting.get_nowait())
        if not words:
            return
        try:
            told = self._line.does(_carry_out, [(word.rest, word.item_id, word.viewer) for word in words])
        except (BrokenExecutor, CancelledError, MotmaError) as error:
            # kept all the same, and settled within a minute
            _told.warning("%d decisions are kept, and were not carried out: %s", len(words), error)
            return
        for word, came in zip(words, told, strict=True):
            if isinstance(came, MotmaError):
                word.result.set_exception(came)
            else:
                word.result.set_result(came)

    def close(self) -> None:
        """Ends with what is being carried out; the rest is kept, and settled by whoever comes next."""
        self._turns.shutdown(cancel_futures=True)
        self._line.close()

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """The log is sealed, and what somebody left undone is settled, while the pages are served.

        Sealing has a line of its own: many entries at once would keep pages, or decisions, waiting. IntegrityError
        before anything is served when the log is not as it was sealed.
        """
        sealing, is_over = _Line(self.home, self._new_line), threading.Event()

        def keep_settling() -> None:
            while not is_over.wait(_SETTLE_EVERY_SECONDS):
                self._turns.submit(self._line.does, _settle)
                try:
                    sealing.does(_seal)
                except MotmaError as error:
                    _told.warning("the log could not be sealed: %s", error)

        keeper = threading.Thread(target=keep_settling, name="settling", daemon=True)
        sealing.does(_seal)
        self._turns.submit(self._line.does, _settle)
        keeper.start()
        try:
            yield
        finally:
            is_over.set()
            keeper.join()
            self.close()
            with suppress(BrokenExecutor, MotmaError):
                sealing.does(_seal)
            sealing.close()


def _seal() -> None:
    try:
        seal(_at.home, _SERVER)
    except BusyError as error:
        _told.warning("the log could not be sealed: %s", error)


def _carry_out(words: Sequence[tuple[Rest, int, Viewer]]) -> list[DecideResult | MotmaError]:
    try:
        return carry_out(_at.home, [rest for rest, _, _ in words], _SERVER)
    finally:
        for _, item_id, viewer in words:
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
