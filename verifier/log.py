"""Verifying a sealed log: its entries beside its tree, its checkpoint, its witness, and the ledger it was made of."""

from __future__ import annotations

import multiprocessing
import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from verifier.notes import State, TrustedKey, UnreadableError, signed_state
from verifier.rows import RowsBetween, RowsInOrder
from verifier.stretch import Fault, Looked, Stretch, look
from verifier.tree import TILE, Peaks, UpperTiles

__all__ = ["WITNESSED", "Fault", "Mark", "Report", "verify"]

#: the file that says how far a witness has seen the log
WITNESSED = "witnessed"
_SAID_BY = {"checkpoint": "điểm niêm phong", "witness": "nhân chứng", "seal": "niêm phong ghi trong sổ cái"}
#: entries that one process looks at at a time; a log of fewer than some of these is looked at by one alone
_STRETCH = 128 * TILE
_FEW = 4
_MOST_PROCESSES = 8


@dataclass(frozen=True)
class Report:
    """What was verified: entries sealed, those that the witness has seen, the root (base64), and the faults, first one
    first."""

    size: int
    witnessed: int | None
    compared: bool
    root: str
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Mark:
    """A root that the first `size` entries must have, and who says so."""

    size: int
    root: bytes
    by: str


def verify(
    folder: Path,
    key: TrustedKey,
    *,
    witness_key: TrustedKey | None = None,
    witnessed: Path | None = None,
    ledger: RowsBetween | None = None,
    seals: Iterable[tuple[int, bytes]] = (),
) -> Report:
    """What is wrong with the log in a folder.

    `witness_key` demands the witness's word, by default the file `witnessed` of the log. `ledger` gives the rows of the
    ledger's log by number, to several processes at once unless they come in order; `seals` are the (size, root) that it
    noted.
    """
    if witnessed is not None and witness_key is None:
        raise ValueError("what a witness keeps tells nothing without the witness's key")
    try:
        state = signed_state(_text(folder / "checkpoint"), key)
    except UnreadableError as error:
        return Report(0, None, False, "", [Fault("checkpoint", None, f"Điểm niêm phong: {error}.")])
    faults = []
    marks = [Mark(state.size, state.root, "checkpoint"), *(Mark(*seal, "seal") for seal in seals)]
    seen = None
    if witness_key is not None:
        try:
            seen = signed_state(_text(witnessed or folder / WITNESSED), key, witness_key)
        except UnreadableError as error:
            faults.append(Fault("witness", None, f"Nhân chứng: {error}."))
        else:
            if seen.origin != state.origin or seen.size > state.size:
                faults.append(_behind(seen, state))
            else:
                marks.append(Mark(seen.size, seen.root, "witness"))
    faults += _Pass(folder, state, marks, ledger).faults()
    faults.sort(key=lambda fault: (fault.entry is None, fault.entry or 0))
    return Report(
        state.size,
        None if seen is None else seen.size,
        ledger is not None,
        b64encode(state.root).decode(),
        faults,
    )


def _behind(seen: State, state: State) -> Fault:
    said = (
        f"nhân chứng đã thấy {seen.size} mục của {seen.origin}, điểm niêm phong chỉ có {state.size} của {state.origin}"
    )
    return Fault("witness", state.size + 1 if seen.origin == state.origin else None, f"Mất đuôi: {said}.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise UnreadableError(f"không đọc được {path.name}") from None


class _Pass:
    """One way through all entries."""

    def __init__(self, folder: Path, state: State, marks: Sequence[Mark], ledger: RowsBetween | None) -> None:
        self._folder, self._state, self._ledger = folder, state, ledger
        self._marks = sorted((mark for mark in marks if mark.size <= state.size), key=lambda mark: mark.size)
        self._beyond = sorted(mark.size for mark in marks if mark.size > state.size)
        self._altered: tuple[str, int] | None = None
        self._upper = UpperTiles(folder)

    def faults(self) -> Iterator[Fault]:
        """What is not as sealed, the first of each kind."""
        held: dict[Mark, bool] = {}
        is_compared = self._ledger is not None
        peaks = Peaks()
        stretches = self._stretches()
        with _looking(stretches) as looks:
            for stretch, found in zip(stretches, looks, strict=True):
                if is_compared and found.beside is not None:
                    # after that no more are compared
                    is_compared = False
                    yield found.beside
                if found.missing is not None:
                    yield found.missing
                    return
                self._altered = self._altered or found.altered
                self._climb(stretch, found, peaks, held)
        self._upper.end()
        yield from self._contradicted(held)
        tile = self._upper.altered if self._altered is None else self._altered[0]
        if tile is not None and all(held.values()):
            yield Fault("tile", None, f"Ô cây {tile}: bị sửa hoặc thiếu; các mục vẫn nguyên.")
        if self._beyond:
            said = f"sổ cái đã niêm phong {self._beyond[-1]} mục, điểm niêm phong chỉ có {self._state.size}"
            yield Fault("checkpoint", self._state.size + 1, f"Điểm niêm phong: {said}.")

    def _stretches(self) -> list[Stretch]:
        size, sizes = self._state.size, sorted({mark.size for mark in self._marks})
        return [
            Stretch(
                self._folder,
                size,
                start,
                end,
                [mark for mark in sizes if start < mark <= end],
                self._ledger,
            )
            for start in range(0, size, _STRETCH)
            for end in [min(size, start + _STRETCH)]
        ]

    def _climb(self, stretch: Stretch, found: Looked, peaks: Peaks, held: dict[Mark, bool]) -> None:
        """Adds a stretch to the tree, and holds the roots that are known to it on the way."""
        marks = [mark for mark in self._marks if stretch.start < mark.size <= stretch.end]
        for place, start in enumerate(range(stretch.start, stretch.end, TILE)):
            for mark in marks:
                if start < mark.size <= start + TILE:
                    held[mark] = peaks.root(found.leaves[mark.size]) == mark.root
            if place < len(found.roots):
                peaks.add_tile(found.roots[place])
                self._upper.add(found.roots[place])

    def _contradicted(self, held: Mapping[Mark, bool]) -> Iterator[Fault]:
        """The first root that the entries do not have, and what that says."""
        wrong = next((mark for mark, is_held in held.items() if not is_held), None)
        if wrong is None:
            return
        first = 1 + max((mark.size for mark, is_held in held.items() if is_held and mark.size < wrong.size), default=0)
        if wrong.by == "seal" and all(is_held for mark, is_held in held.items() if mark.by != "seal"):
            said = f"niêm phong {wrong.size} mục ghi trong sổ cái bị sửa; các mục vẫn nguyên"
            yield Fault("ledger_seal", None, f"Sổ cái: {said}.")
        elif self._altered is not None and self._altered[1] <= wrong.size:
            suspect = self._altered[1]
            yield Fault("entry_altered", suspect, f"Mục {suspect}: không như khi niêm phong.")
        else:
            said = _SAID_BY[wrong.by]
            what = "witness" if wrong.by == "witness" else "entry_altered"
            yield Fault(what, first, f"Mục {first} đến {wrong.size}: bị viết lại, trái với {said}.")


@contextmanager
def _looking(stretches: Sequence[Stretch]) -> Iterator[Iterator[Looked]]:
    """What each stretch holds, in order; of a long log by as many processes as there is room for."""
    processes = min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)
    comes_in_order = any(isinstance(stretch.ledger, RowsInOrder) for stretch in stretches)
    if len(stretches) < _FEW or processes == 1 or comes_in_order:
        yield map(look, stretches)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield pool.map(look, stretches)
        # whoever has seen enough waits for nobody
        pool.shutdown(cancel_futures=True)
