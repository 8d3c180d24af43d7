"""A turn of fuzzed files: a home takes them in by `motma run`, and every row of every file is accounted for."""

from __future__ import annotations

import contextlib
import io
import json
import random
import resource
import shutil
import sqlite3
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks.intake_sheets import COMMUNE
from benchmarks.intake_writers import csv_bytes
from casework.types import Home
from pipelines import inbox
from pipelines.change_files import ReadFile
from pipelines.cli import main
from pipelines.limits import MIB, READER_BYTES
from pipelines.unreadable import Refused
from tests.policies import with_policy
from tests.torture.hostile import made
from tests.torture.mutants import mutant, originals

_SAMPLES = Path(__file__).parents[2] / "data_samples"
_GOOD = csv_bytes(COMMUNE, "utf-8", ",")
_GOOD_ROWS = len(COMMUNE.people)
_OUTCOMES = {"linked", "issued", "review", "returned"}
#: A file takes a tenth of a second. A refusal may wait for the limits of a process, but no small file has reason to.
_SECONDS_PER_FILE = 2.0
_LEAST_FILES = 10
_PROGRAM_BYTES = 1_024 * MIB

_BALANCE = """
select t.file_name, t.digest, t.rows as told, count(r.row) as held,
  count(d.row_id) filter (where d.outcome in ('linked', 'issued', 'review', 'returned')) as decided
from delivery as t
left join delivery_row as r on r.delivery_id = t.delivery_id
left join decision_current as d on d.row_id = r.row_id
where t.source = ?
group by t.delivery_id
"""


@dataclass
class Fault:
    """What broke, and the inputs that it broke with."""

    message: str
    inputs: Mapping[str, bytes]


@dataclass
class Turn:
    """What a turn did."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _Input:
    content: bytes
    #: How many rows it has, where that is known.
    rows: int | None


@dataclass(frozen=True)
class _Seen:
    """A run of a folder: what it said, what its reader had read, and what the ledger holds of its source.

    `reading` is rows by (name, digest), `refused` messages by name, `reported` rows by outcome by name, `held` the rows
    that are told, held and decided by (name, digest).
    """

    box: Path
    code: int
    said: str
    seconds: float
    reading: Mapping[tuple[str, str], int]
    refused: Mapping[str, str]
    reported: Mapping[str, Counter[str]]
    held: Mapping[tuple[str, str], tuple[int, ...]]

    def parts(self, name: str) -> list[int]:
        """The rows of each file that was read out of an input: of itself, or of those in the bundle."""
        return [rows for (file, _), rows in self.reading.items() if file.split("/")[0] == name]


def make_home(folder: Path) -> Path:
    """A home with the sample register published, to be copied."""
    for command in (["init"], ["register", "load", str(_SAMPLES / "register.csv")], ["register", "publish"]):
        code, _, said = _motma(folder, *command)
        assert code == 0, said
    # what is tried here is that every row is read and decided; damaged files would often be held as a whole
    with_policy(Home(folder), "brake", 'version = "off"\nfewest_rows = 1\nlimit = []\n')
    return folder


def fuzz(template: Path, folder: Path, seed: int, *, batches: int, size: int) -> Turn:
    """A turn of so many batches of `size` files, a third of them made, the others damaged; then `motma check`.

    Every batch is one `motma run` of a folder, with a good file among them.
    """
    rng = random.Random(seed)
    files = originals()
    home = folder / "home"
    shutil.copytree(template, home)
    turn = Turn()
    for batch in range(batches):
        inputs: dict[str, _Input] = {}
        drawn = [(file.name, _Input(file.content, file.rows)) for file in made(size // 3, rng.getrandbits(32))]
        damaged = [mutant(files, rng) for _ in range(size - len(drawn))]
        drawn += [(name, _Input(content, None)) for name, content in damaged]
        drawn.append(("good.csv", _Input(_GOOD, _GOOD_ROWS)))
        rng.shuffle(drawn)
        for at, (name, given) in enumerate(drawn):
            inputs[f"{at:04}_{name}"] = given
        turn.counts["inputs"] += len(inputs)
        source = f"xa-{rng.randrange(2)}"
        try:
            _work_through(home, folder / str(batch), source, inputs, turn)
        except Exception:
            turn.faults.append(Fault(traceback.format_exc(), {name: file.content for name, file in inputs.items()}))
            turn.faults += _those_that_break_alone(template, folder, source, inputs)
            return turn
    code, said, _ = _motma(home, "check", "--json")
    broken = {check["name"]: check["rows"][:5] for check in json.loads(said) if check["rows"]}
    if code or broken:
        turn.faults.append(Fault(f"motma check ended with {code}: {broken}", {}))
    own, reader = (resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    if own > _PROGRAM_BYTES or reader > READER_BYTES:
        turn.faults.append(Fault(f"memory: {own // MIB} MiB in the program, {reader // MIB} MiB in a reader", {}))
    shutil.rmtree(home)
    return turn


def _work_through(home: Path, box: Path, source: str, inputs: Mapping[str, _Input], turn: Turn) -> None:
    """Takes in one batch."""
    box.mkdir()
    for name, given in inputs.items():
        (box / name).write_bytes(given.content)
    seen = _run(home, box, source)
    turn.faults += _faults(seen, inputs)
    for outcomes in seen.reported.values():
        turn.counts.update(outcomes)
    for name in inputs:
        parts = seen.parts(name)
        turn.counts.update(read=bool(parts), refused=not parts, rows=sum(parts))
    shutil.rmtree(box)


def _run(home: Path, box: Path, source: str) -> _Seen:
    """What was seen of a run of the box."""
    started = time.monotonic()
    with _listening() as reading:
        code, out, said = _motma(home, "run", str(box), "--source", source, "--json")
    seconds = time.monotonic() - started
    report = json.loads(out)
    with contextlib.closing(sqlite3.connect(f"file:{home / 'ledger.sqlite'}?mode=ro", uri=True)) as ledger:
        held = {(name, digest): tuple(counts) for name, digest, *counts in ledger.execute(_BALANCE, (source,))}
    refused = {remark["file"].removeprefix(f"{box}/"): remark["message"] for remark in report["unreadable"]}
    reported: dict[str, Counter[str]] = {}
    for file in report["files"]:
        reported.setdefault(file["file_name"], Counter()).update(file["outcomes"])
    return _Seen(box, code, said, seconds, reading, refused, reported, held)


def _faults(seen: _Seen, inputs: Mapping[str, _Input]) -> Iterator[Fault]:
    """Where what was read, what was said and what the ledger has do not go together."""

    def fault(message: str, name: str | None = None) -> Fault:
        own = None if name is None else name.split("/")[0]
        kept = {file: given.content for file, given in inputs.items() if own in (None, file)}
        return Fault(f"{name or 'all'}: {message}", kept)

    if seen.code != (10 if seen.refused else 0):
        yield fault(f"exit code {seen.code} with {len(seen.refused)} files refused")
    if "Traceback" in seen.said:
        yield fault(f"a traceback on stderr:\n{seen.said}")
    if seen.seconds > _SECONDS_PER_FILE * max(len(inputs), _LEAST_FILES):
        yield fault(f"{seen.seconds:.0f} seconds for {len(inputs)} files")
    for name, refusal in seen.refused.items():
        if f"{seen.box}/{name}: {refusal}" not in seen.said:
            yield fault(f"its refusal is not on stderr: {refusal}", name)
    for place, rows in seen.reading.items():
        if seen.held.get(place) != (rows, rows, rows):
            yield fault(f"read {rows} rows; told, held and decided: {seen.held.get(place)}", place[0])
    for name, outcomes in seen.reported.items():
        rows = sum(rows for (file, _), rows in seen.reading.items() if file == name)
        if outcomes.total() != rows or outcomes.keys() - _OUTCOMES:
            yield fault(f"read {rows} rows; reported: {dict(outcomes)}", name)
    for name, given in inputs.items():
        if message := _wrong(given, seen.parts(name), any(file.split("/")[0] == name for file in seen.refused)):
            yield fault(message, name)


def _wrong(given: _Input, parts: Sequence[int], is_named: bool) -> str | None:
    """What is wrong with an input of which files of so many rows were read, and which was refused by name or not."""
    if not parts and not is_named:
        return "neither read nor refused by name"
    if given.content == _GOOD and sum(parts) != _GOOD_ROWS:
        return "the good file was not read"
    if given.rows is not None and parts and sum(parts) != given.rows:
        return f"has {given.rows} rows, read {sum(parts)}"
    return None


@contextlib.contextmanager
def _listening() -> Iterator[dict[tuple[str, str], int]]:
    """The rows of each (name, digest) that the reader hands on while this lasts, counted before they are taken in."""
    heard: dict[tuple[str, str], int] = {}
    read_all = inbox.read_all

    def overheard(*args: Any) -> Iterator[tuple[str, ReadFile | Refused]]:
        for name, read in read_all(*args):
            if isinstance(read, ReadFile):
                file = read.received
                heard[file.file_name, file.digest] = sum(len(sheet.rows) for sheet in file.sheets)
            yield name, read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "read_all", overheard)
        yield heard


def _those_that_break_alone(template: Path, folder: Path, source: str, inputs: Mapping[str, _Input]) -> list[Fault]:
    """The inputs that end a run of their own with an error that nobody expected."""
    found = []
    for name, given in inputs.items():
        home, box = folder / f"alone-{name}", folder / f"box-{name}"
        shutil.copytree(template, home)
        try:
            _work_through(home, box, source, {name: given}, Turn())
        except Exception as error:
            said = "".join(traceback.format_exception(error, chain=False))
            found.append(Fault(f"{name} alone: {said}", {name: given.content}))
        shutil.rmtree(home)
        shutil.rmtree(box, ignore_errors=True)
    return found


def _motma(home: Path, *args: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of a command in this very process; what it does not catch comes through."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(args, {"MOTMA_HOME": str(home)})
    return code, out.getvalue(), err.getvalue()
