"""Verifying a sealed log: its entries beside its tree, its checkpoint, its witness, and the ledger it was made of."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from verifier.notes import State, TrustedKey, UnreadableError, signed_state

#: a row of the ledger's log, in this order
COLUMNS = ("entry_no", "seq", "logged_at", "act", "logged_by", "purpose", "row_id", "content")
#: the file that says how far a witness has seen the log
WITNESSED = "witnessed"
_SAID_BY = {"checkpoint": "điểm niêm phong", "witness": "nhân chứng", "seal": "niêm phong ghi trong sổ cái"}
_ENTRY_VERSION = 1
_TILE = 256
_HASH = 32

Row = Sequence[Any]

#: a text and a number as JSON writes them; TypeError for anything else
_text_of, _number_of = json.encoder.encode_basestring, int.__repr__


@dataclass(frozen=True)
class Fault:
    """The first thing of a kind that is not as sealed. `entry` is numbered from 1, None where no one entry is meant.

    `what`: checkpoint, witness, entry_missing, entry_altered, tile, ledger_missing, ledger_altered, ledger_inserted,
    ledger_seal.
    """

    what: str
    entry: int | None
    message: str


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
    ledger: Iterable[Row] | None = None,
    seals: Iterable[tuple[int, bytes]] = (),
) -> Report:
    """What is wrong with the log in a folder.

    `witness_key` demands the witness's word, by default the file `witnessed` of the log. `ledger` are the rows of the
    ledger's log by number, `seals` the (size, root) that it noted.
    """
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


class _Missing(Exception):
    """A file that the tree needs is not there, or is cut off; the entry from which on."""


class _Pass:
    """One way through all entries."""

    def __init__(self, folder: Path, state: State, marks: Sequence[Mark], ledger: Iterable[Row] | None) -> None:
        self._folder, self._state = folder, state
        self._marks = sorted((mark for mark in marks if mark.size <= state.size), key=lambda mark: mark.size)
        self._beyond = sorted(mark.size for mark in marks if mark.size > state.size)
        self._ledger = None if ledger is None else iter(ledger)
        self._peaks = _Peaks()
        self._suspect: int | None = None
        self._tile: str | None = None

    def faults(self) -> Iterator[Fault]:
        """What is not as sealed, the first of each kind."""
        held: dict[Mark, bool] = {}
        marks = iter(self._marks)
        mark = next(marks, None)
        try:
            for start in range(0, self._state.size, _TILE):
                entries, leaves = self._tile_of(start)
                yield from self._beside_ledger(start, entries)
                while mark is not None and mark.size <= start + len(leaves):
                    held[mark] = self._peaks.root(leaves[: mark.size - start]) == mark.root
                    mark = next(marks, None)
                if len(leaves) == _TILE:
                    self._peaks.add_tile(leaves)
        except _Missing as missing:
            (number,) = missing.args
            yield Fault("entry_missing", number, f"Mục {number}: thiếu trong kho niêm phong.")
            return
        yield from self._contradicted(held)
        if self._tile is not None and all(held.values()):
            yield Fault("tile", None, f"Ô cây {self._tile}: bị sửa; các mục vẫn nguyên.")
        if self._beyond:
            said = f"sổ cái đã niêm phong {self._beyond[-1]} mục, điểm niêm phong chỉ có {self._state.size}"
            yield Fault("checkpoint", self._state.size + 1, f"Điểm niêm phong: {said}.")

    def _contradicted(self, held: Mapping[Mark, bool]) -> Iterator[Fault]:
        """The first root that the entries do not have, and what that says."""
        wrong = next((mark for mark, is_held in held.items() if not is_held), None)
        if wrong is None:
            return
        first = 1 + max((mark.size for mark, is_held in held.items() if is_held and mark.size < wrong.size), default=0)
        if wrong.by == "seal" and all(is_held for mark, is_held in held.items() if mark.by != "seal"):
            said = f"niêm phong {wrong.size} mục ghi trong sổ cái bị sửa; các mục vẫn nguyên"
            yield Fault("ledger_seal", None, f"Sổ cái: {said}.")
        elif self._suspect is not None and self._suspect <= wrong.size:
            yield Fault("entry_altered", self._suspect, f"Mục {self._suspect}: không như khi niêm phong.")
        else:
            said = _SAID_BY[wrong.by]
            what = "witness" if wrong.by == "witness" else "entry_altered"
            yield Fault(what, first, f"Mục {first} đến {wrong.size}: bị viết lại, trái với {said}.")

    def _tile_of(self, start: int) -> tuple[list[bytes], list[bytes]]:
        """The entries of a tile, and their hashes."""
        count = min(_TILE, self._state.size - start)
        entries = _unbundled(_read(self._folder, "entries", start // _TILE, count))[:count]
        if len(entries) < count:
            raise _Missing(start + len(entries) + 1)
        leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        path = _path("0", start // _TILE, count)
        stored = _read(self._folder, "0", start // _TILE, count)
        if stored[: count * _HASH] != b"".join(leaves) and self._tile is None:
            self._tile = path
            places = range(0, count * _HASH, _HASH)
            is_same = [stored[place : place + _HASH] == leaf for place, leaf in zip(places, leaves, strict=True)]
            self._suspect = start + is_same.index(False) + 1
        return entries, leaves

    def _beside_ledger(self, start: int, entries: Sequence[bytes]) -> Iterator[Fault]:
        """The first row of the ledger that is not the entry in its place; after that no more are compared."""
        if self._ledger is None:
            return
        for number, entry in enumerate(entries, start=start + 1):
            row = next(self._ledger, None)
            if row is None or row[0] > number:
                said = Fault("ledger_missing", number, f"Mục {number}: đã niêm phong, thiếu trong sổ cái.")
            elif row[0] < number:
                said = Fault("ledger_inserted", row[0], f"Mục {row[0]}: có trong sổ cái, chưa từng được niêm phong.")
            elif entry_bytes(row) != entry:
                said = Fault("ledger_altered", number, f"Mục {number}: trong sổ cái không như khi niêm phong.")
            else:
                continue
            self._ledger = None
            yield said
            return


class _Peaks:
    """The perfect subtrees that a tree is made of, from the left: (how many entries, hash)."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add_tile(self, leaves: Sequence[bytes]) -> None:
        """Adds the hashes of a full tile."""
        self._add(self._peaks, len(leaves), _perfect(leaves))

    @staticmethod
    def _add(peaks: list[tuple[int, bytes]], count: int, peak: bytes) -> None:
        while peaks and peaks[-1][0] == count:
            _, left = peaks.pop()
            count, peak = count * 2, _node(left, peak)
        peaks.append((count, peak))

    def root(self, leaves: Sequence[bytes]) -> bytes:
        """The root with some more leaves, which are not added."""
        peaks = list(self._peaks)
        for leaf in leaves:
            self._add(peaks, 1, leaf)
        if not peaks:
            return sha256(b"").digest()
        root = peaks[-1][1]
        for _, peak in peaks[-2::-1]:
            root = _node(peak, root)
        return root


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _perfect(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


def _path(level: str, number: int, count: int) -> str:
    digits = str(number)
    digits = "0" * (-len(digits) % 3) + digits
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    full = "/".join(["tile", level, *(f"x{part}" for part in parts[:-1]), parts[-1]])
    return full if count == _TILE else f"{full}.p/{count}"


def _read(folder: Path, level: str, number: int, count: int) -> bytes:
    """A tile or bundle; the full one where the partial one is gone."""
    for path in (_path(level, number, count), _path(level, number, _TILE)):
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            continue
    raise _Missing(number * _TILE + 1)


def _unbundled(bundle: bytes) -> list[bytes]:
    """The entries of a bundle, as far as they are whole."""
    entries, place = [], 0
    while place + 2 <= len(bundle):
        end = place + 2 + (bundle[place] << 8 | bundle[place + 1])
        if end > len(bundle):
            break
        entries.append(bundle[place + 2 : end])
        place = end
    return entries


def entry_bytes(row: Row) -> bytes | None:
    """What is sealed of a row of the ledger's log; None for a row that could never have been sealed."""
    no, seq, at, act, by, purpose, row_id, content = row
    try:
        said = "null" if purpose is None else _text_of(purpose)
        of_row = "null" if row_id is None else _number_of(row_id)
        return (
            f'{{"act":{_text_of(act)},"at":{_text_of(at)},"by":{_text_of(by)},"no":{_number_of(no)},"purpose":{said},'
            f'"row":{of_row},"seq":{_number_of(seq)},"v":{_ENTRY_VERSION},"what":{content}}}'
        ).encode()
    except (TypeError, UnicodeEncodeError):
        return None


def sqlite_rows(file: Path) -> Iterator[Row]:
    """The rows of the log in a ledger that is a SQLite file."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        query = (
            "select entry_no, seq, logged_at, act, logged_by, purpose, row_id, content from log_entry order by entry_no"
        )
        yield from connection.execute(query)


def json_rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of the log as lines of JSON, such as PostgreSQL's row_to_json writes them, by number."""
    for line in lines:
        if line.strip():
            told = json.loads(line)
            yield [told.get(name) for name in COLUMNS]
