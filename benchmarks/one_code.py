"""What one code costs: from stored plans to commits, alone, from many clients at once, and for who clicks meanwhile.

    python -m benchmarks.one_code WORLD [--engine sqlite postgresql] [--part apply clients click] [--clients 16]

WORLD is a made world (benchmarks.world). Its register is loaded and published, and its rows are taken in and decided,
before the clock starts. What is timed is applying: decision, person, code, household, queue and log, to commit.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from casework.deciding.apply import apply_plan
from casework.deciding.batch import decide_batch
from casework.deliveries.intake import ReceivedFile, take_in
from casework.home import create_home
from casework.register.load import load_extract
from casework.register.publish import publish
from casework.types import Home, Viewer
from pipelines.extract_files import read_extract
from pipelines.inbox import read_inbox
from registry import log, plans
from registry.plans import Plan
from tests.engines import ENGINES, Folders, Model, Places, postgresql_server

CLERK = Viewer("benchmark", "benchmark")
PARTS = ("apply", "clients", "click")
#: name, rows of a batch, and batches that each client sends
SENDINGS = (("batches of 50 rows", 50, 6), ("requests of one row", 1, 25))
_CLICK_EVERY_SECONDS = 0.05


def main() -> None:
    """Prints one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=Path)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--clients", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motma-one-code-") as made, postgresql_server() as server:
        for engine in given.engine:
            places: Places = Folders() if engine == "sqlite" else server
            model = Model(Path(made) / engine, places.new())
            started = time.monotonic()
            _make(model, given.world)
            print(f"{engine}: register made in {time.monotonic() - started:.1f} s", flush=True)
            for part in given.part:
                place = model.copied(Path(made) / f"{engine}-{part}", places)
                if part == "clients":
                    _clients(place, given.world, given.clients)
                else:
                    _alone(place, given.world, is_clicked=part == "click")
                places.drop(place.ledger_url)


def _make(model: Model, world: Path) -> None:
    create_home(model.folder, None, CLERK, model.ledger_url)
    home = model.opened()
    load_extract(home, read_extract(world / "register.parquet")[0], None, CLERK)
    publish(home, CLERK)
    home.ledger.close()


def _alone(place: Model, world: Path, *, is_clicked: bool) -> None:
    """All rows of the world by one process, while another one writes a line of the log every now and then, or not."""
    home = place.opened()
    started = time.monotonic()
    stored, rows = _planned(home, take_in(home, read_inbox([world / "inbox"], None).files, CLERK))
    decided = time.monotonic() - started
    waits: list[float] = []
    context = multiprocessing.get_context("spawn")
    ended, waited = context.Event(), context.Queue()
    clicker = context.Process(target=_click, args=(place, ended, waited))
    if is_clicked:
        clicker.start()
        waited.get()
    started = time.monotonic()
    sent_back = sum(apply_plan(home, plan, CLERK, is_last=False) for plan in stored)
    took = time.monotonic() - started
    if is_clicked:
        ended.set()
        waits = waited.get()
        clicker.join()
    said = f"{rows / took:,.0f} rows/s applied ({rows:,} rows, {sent_back} sent back, {took:.1f} s)"
    said += f"; searched, scored and stored {rows / decided:,.0f} rows/s" if not is_clicked else f"; {_spread(waits)}"
    print(f"{home.ledger.store.kind}: {said}", flush=True)
    home.ledger.close()


def _click(place: Model, ended: Any, waited: Any) -> None:
    """Writes a line of the log, as any click of an officer does, and notes how long that took."""
    home = place.opened()
    waits: list[float] = []
    waited.put(None)
    while not ended.is_set():
        started = time.monotonic()
        with home.ledger.writing() as session:
            log.append(session, CLERK, [log.Act("view")])
        waits.append(time.monotonic() - started)
        time.sleep(_CLICK_EVERY_SECONDS)
    home.ledger.close()
    waited.put(waits)


def _clients(place: Model, world: Path, clients: int) -> None:
    """Many processes at once, each with plans of its own."""
    home = place.opened()
    for name, size, batches in SENDINGS:
        files = _cut(read_inbox([world / "inbox"], None).files, size)
        planned = [_planned(home, take_in(home, [file], CLERK)) for file in islice(files, clients * (batches + 1))]
        stored = [[plan for plans_, _ in planned[client::clients] for plan in plans_] for client in range(clients)]
        context = multiprocessing.get_context("spawn")
        start, took = context.Barrier(clients + 1), context.Queue()
        running = [context.Process(target=_client, args=(place, plans_, start, took)) for plans_ in stored]
        for process in running:
            process.start()
        start.wait()
        started = time.monotonic()
        waits = [wait for _ in running for wait in took.get()]
        seconds = time.monotonic() - started
        for process in running:
            process.join()
        rows = size * clients * batches
        said = f"{rows / seconds:,.0f} rows/s from {clients} clients, {name} ({rows:,} rows); {_spread(waits)}"
        print(f"{home.ledger.store.kind}: {said}", flush=True)
    home.ledger.close()


def _client(place: Model, stored: Sequence[Plan], start: Any, took: Any) -> None:
    home = place.opened()
    with home.ledger.reading():
        pass
    waits = []
    # what a process does once, it has done before its first request
    apply_plan(home, stored[0], CLERK, is_last=False)
    start.wait()
    for plan in stored[1:]:
        started = time.monotonic()
        apply_plan(home, plan, CLERK, is_last=False)
        waits.append(time.monotonic() - started)
    home.ledger.close()
    took.put(waits)


def _cut(files: Iterator[ReceivedFile], size: int) -> Iterator[ReceivedFile]:
    """Files of so many rows each; what is left of a file is left out."""
    for file in files:
        sheet = file.sheets[0]
        for start in range(0, len(sheet.rows) - size + 1, size):
            name = f"{start}-{file.file_name}"
            part = replace(sheet, rows=sheet.rows.slice(start, size))
            yield replace(file, file_name=name, digest=name, source=f"{file.source}-{size}", sheets=[part])


def _planned(home: Home, delivered: Sequence[int]) -> tuple[list[Plan], int]:
    """The stored plans of some deliveries, and how many rows they hold."""
    with home.ledger.writing() as session:
        batches = plans.open_batches(session, list(delivered), CLERK)
    found, count = [], 0
    for batch_id in batches:
        with home.ledger.reading() as session:
            rows = plans.undecided(session, batch_id)
        found.append(decide_batch(home, batch_id, rows, 1, CLERK))
        count += len(rows)
    return found, count


def _spread(waits: Sequence[float]) -> str:
    """Median, 99th percentile and longest of some times in seconds."""
    ordered = sorted(waits)
    p50, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))
    return f"waits p50 {p50 * 1000:,.0f} ms, p99 {p99 * 1000:,.0f} ms, longest {ordered[-1] * 1000:,.0f} ms"


if __name__ == "__main__":
    main()
