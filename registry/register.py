"""Register versions: immutable DuckDB files, one per publication, read by any number of processes.

A version is a function of the ledger up to `seq`, the normaliser and key rules, and nothing else. It is published by
fsync and the atomic rename of a pointer; the last three are kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

import sql
from matching.schemas import FREQUENCIES, NORMALISED
from registry.engine import now
from registry.errors import BusyError

KEPT_VERSIONS = 3
_POINTER = "current"
#: how the names of files begin that only a publication at work needs
_UNFINISHED = "unfinished"
_MEMORY_LIMIT = "1GB"
#: how many values DuckDB looks up one by one; for more it reads the whole column. A row searches with some hundred keys
_LOOKED_UP = 2000


def _statement(name: str) -> str:
    return sql.statement("register", name)


@dataclass(frozen=True)
class Meta:
    """Where a version stands: its ledger and that ledger's seq, the key rules, when it was made, how many persons and
    keys it holds, its search steps."""

    ledger_id: str
    seq: int
    key_version: str
    created_at: str
    records: int
    keys: int
    steps: tuple[str, ...]


class Writer:
    """A version that is being written; nobody sees it before `publish`."""

    def __init__(self, folder: Path, ledger_id: str, seq: int, key_version: str, steps: Sequence[str]) -> None:
        self.folder, self.ledger_id, self.seq = folder, ledger_id, seq
        self.key_version, self.steps = key_version, list(steps)
        self.records, self.keys = 0, 0
        _remove_unfinished(folder)
        # a version takes its name once it is whole, so that a crash leaves no half of one under it
        self._unfinished = folder / f"{_UNFINISHED}.duckdb"
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY_LIMIT,
            "temp_directory": str(folder / f"{_UNFINISHED}.spill"),
        }
        with _written(folder):
            self._connection = duckdb.connect(config=settings)
            self._connection.execute(_statement("create_version"), {"file": str(self._unfinished)})
            self._connection.execute(_statement("write_version"))
            self._connection.execute(_statement("create_key_stage"))

    def add(self, people: pl.DataFrame, keys: pl.DataFrame) -> None:
        """Adds a slice: NORMALISED and the KEYS that it emits."""
        numbers = pl.Enum(self.steps)
        staged = keys.select("key_hash", pl.col("step").cast(numbers).to_physical().alias("step_no"), "record_id")
        with _written(self.folder), self._incoming(people):
            if self.records == 0:
                self._connection.execute(_statement("create_person_stage"))
            self._connection.execute(_statement("add_people"))
        with _written(self.folder), self._incoming(staged):
            self._connection.execute(_statement("add_keys"))
        self.records += len(people)
        self.keys += len(staged)

    def publish(self, frequencies: pl.DataFrame) -> Meta:
        """Completes the version and points to it. FREQUENCIES may come in slices; equal values are added up."""
        meta = Meta(self.ledger_id, self.seq, self.key_version, now(), self.records, self.keys, tuple(self.steps))
        file = self.folder / f"register-{self.seq:012d}-{os.getpid()}.duckdb"
        with _written(self.folder):
            self._complete(frequencies, meta)
            # closing would write it out as well, and say nothing where it cannot
            self._connection.execute(_statement("complete_version"))
            self._connection.close()
            _sync(self._unfinished)
            self._unfinished.replace(file)
            try:
                _point_to(self.folder, file.name)
            except OSError:
                # what nothing points to is no version
                if current_file(self.folder) != file:
                    file.unlink()
                raise
        return meta

    def _complete(self, frequencies: pl.DataFrame, meta: Meta) -> None:
        if self.records == 0:
            with self._incoming(pl.DataFrame(schema=dict(NORMALISED))):
                self._connection.execute(_statement("create_person_stage"))
        self._connection.execute(_statement("sort_keys"))
        self._connection.execute(_statement("drop_key_stage"))
        with self._incoming(frequencies):
            self._connection.execute(_statement("sort_frequencies"))
        self._connection.execute(_statement("create_meta"), {**meta.__dict__, "steps": self.steps})

    def abandon(self) -> None:
        """Removes what was written."""
        with suppress(duckdb.Error):  # what could not be written cannot be closed either
            self._connection.close()
        _remove_unfinished(self.folder)

    @contextmanager
    def _incoming(self, frame: pl.DataFrame) -> Iterator[None]:
        self._connection.register("incoming", frame.to_arrow())
        yield
        self._connection.unregister("incoming")


class Version:
    """A published version, opened read-only."""

    def __init__(self, file: Path) -> None:
        self.file = file
        damaged = f"{file.name}: the register version is missing or damaged. Run `motma register publish`."
        try:
            settings: dict[str, Any] = {"memory_limit": _MEMORY_LIMIT, "dynamic_or_filter_threshold": _LOOKED_UP}
            self._connection = duckdb.connect(str(file), read_only=True, config=settings)
            found = self._connection.execute(_statement("read_meta")).fetchall()
            held = self._connection.execute(_statement("count_all")).fetchall()
        except duckdb.Error as error:
            raise BusyError(damaged) from error
        if not found or held != [(found[0][4], found[0][5])]:
            raise BusyError(damaged)
        (row,) = found
        self.meta = Meta(row[0], row[1], row[2], row[3], row[4], row[5], tuple(row[6]))

    def reader(self) -> Version:
        """The same version for another reader, who closes it at the end; the file stays open."""
        another = copy(self)
        another._connection = self._connection.cursor()
        return another

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file; other readers keep it."""
        self._connection.close()

    def _frame(self, name: str, **parameters: object) -> pl.DataFrame:
        found = pl.from_arrow(self._connection.sql(_statement(name), params=parameters).to_arrow_table())
        if not isinstance(found, pl.DataFrame):
            raise TypeError(f"{name} did not give a table")
        return found

    def _with_steps(self, found: pl.DataFrame) -> pl.DataFrame:
        names = pl.DataFrame(
            {"step_no": range(len(self.meta.steps)), "step": list(self.meta.steps)},
            schema={"step_no": pl.UInt8, "step": pl.String},
        )
        return found.join(names, on="step_no", how="left", validate="m:1").drop("step_no")

    def block_sizes(self, key_hashes: Sequence[int]) -> pl.DataFrame:
        """(key_hash, step, records) of the keys that somebody carries."""
        return self._with_steps(self._frame("block_sizes", keys=list(key_hashes)))

    def find(self, key_hashes: Sequence[int]) -> pl.DataFrame:
        """(key_hash, step, record_id) of every record that carries one of the keys."""
        return self._with_steps(self._frame("find", keys=list(key_hashes)))

    def people(self, person_ids: Sequence[int]) -> pl.DataFrame:
        """NORMALISED of some persons."""
        return self._frame("people", ids=list(person_ids)).select(
            pl.col(name).cast(kind) for name, kind in NORMALISED.items()
        )

    def last_person(self) -> int:
        """The highest id of a person of this version: later ones came after it."""
        return int(self._frame("last_person")["last_person"].item())

    def frequencies(self, values: Sequence[str]) -> pl.DataFrame:
        """FREQUENCIES of some values."""
        return self._frame("frequencies", values=list(values)).select(
            pl.col(name).cast(kind) for name, kind in FREQUENCIES.items()
        )


def current_file(folder: Path) -> Path | None:
    """The file that the pointer names, if anything was published."""
    pointer = folder / _POINTER
    return folder / pointer.read_text(encoding="ascii").strip() if pointer.exists() else None


def open_current(folder: Path) -> Version:
    """The newest version; BusyError (12) when none was published.

    The process keeps it open: to open a version and to read its first pages anew costs more than a search in it.
    """
    file = current_file(folder)
    if file is None:
        raise BusyError("no register version has been published. Run `motma register publish` first.")
    with _keeping:
        identity = _identity(file)
        if _kept and _kept[0] != identity:
            # DuckDB takes a file of the same name from what is open; other readers have handles of their own
            _kept[1].close()
            _kept.clear()
        if not _kept:
            _kept[:] = [identity, Version(file)]
        version: Version = _kept[1]
        return version.reader()


_keeping = Lock()
#: the identity of the version that is kept open, and the version
_kept: list[Any] = []


def _identity(file: Path) -> tuple[object, ...] | None:
    """What tells a file from another of its name, for one process; None where it is not there."""
    with suppress(OSError):
        found = file.stat()
        return (os.getpid(), file, found.st_ino, found.st_mtime_ns, found.st_size)
    return None


def kept_file(folder: Path, seq: int) -> Path | None:
    """The file of the version that stands at a seq, if it is still kept."""
    return next((file for file in reversed(_versions(folder)) if int(file.name.split("-")[1]) == seq), None)


def oldest_kept_seq(folder: Path) -> int:
    """The seq of the oldest version that is still kept."""
    return min(int(file.name.split("-")[1]) for file in _versions(folder))


def remove_old(folder: Path) -> None:
    """Removes versions behind the last three. A reader that has one open keeps it until it closes."""
    current = current_file(folder)
    for file in _versions(folder)[:-KEPT_VERSIONS]:
        if file != current:
            file.unlink(missing_ok=True)


def _versions(folder: Path) -> list[Path]:
    return sorted(folder.glob("register-*.duckdb"), key=lambda file: (file.name.split("-")[1], file.stat().st_mtime))


def _point_to(folder: Path, name: str) -> None:
    fresh = folder / f"{_UNFINISHED}.{_POINTER}"
    fresh.write_text(name + "\n", encoding="ascii")
    _sync(fresh)
    fresh.replace(folder / _POINTER)
    _sync(folder)


def _remove_unfinished(folder: Path) -> None:
    """Removes what a publication leaves that did not come to its end; whoever calls is the only one at work."""
    for path in folder.glob(f"{_UNFINISHED}.*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """BusyError (12) when the disk does not take what is written."""
    try:
        yield
    except (duckdb.OperationalError, duckdb.FatalException, OSError) as error:
        said = str(error).splitlines()[0]
        remedy = "The version before stays in use. Make room, and publish again."
        raise BusyError(f"{folder}: the register version cannot be written ({said}). {remedy}") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
