"""The main job: take in files, decide what is open, apply, and say what became of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from casework.audit.sealing import sealed_meanwhile
from casework.deciding.apply import apply_plan, by_hand
from casework.deciding.batch import decide_batch, decide_new
from casework.deciding.find import check_versions
from casework.deciding.given_back import give_back_rows
from casework.deciding.redecide import MOST_ATTEMPTS, settle_outrun, settle_stranded
from casework.deliveries.intake import ReceivedFile, take_in
from casework.deliveries.returned import ReturnedRow, returned_rows
from casework.manners import write_briskly
from casework.types import Home, Progress, Viewer, silent
from registry import deliveries, holds, plans, queue, register
from registry.engine import Session
from registry.holds import HeldDelivery

__all__ = [
    "FileOutcome",
    "ReturnedRow",
    "RunResult",
    "check_ready",
    "decide_deliveries",
    "decide_open",
    "run",
    "take_in",
    "work_through",
]

#: rows that went back are decided again so many at a time
_FEW_ROWS = 100


@dataclass(frozen=True)
class FileOutcome:
    """What became of the rows of one delivered file."""

    delivery_id: int
    digest: str
    file_name: str
    source: str
    rows: int
    outcomes: dict[str, int]


@dataclass(frozen=True)
class RunResult:
    """What a run did. `waiting` counts open queue items that are not rows in review: deaths, household changes.

    `held` are the files, of those that the run is about, that the brake holds.
    """

    files: list[FileOutcome] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    decided: int = 0
    batches: list[int] = field(default_factory=list)
    returned: list[ReturnedRow] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    held: list[HeldDelivery] = field(default_factory=list)


def run(home: Home, files: Iterable[ReceivedFile], viewer: Viewer, progress: Progress = silent) -> RunResult:
    """Takes in the files, one after the other, and decides their rows.

    A run that was cut short is finished by the same call. The log is sealed before, meanwhile and after. BusyError (12)
    when no register version fits the ledger and the program, or when the log has gone unsealed for too long.
    """
    check_ready(home)
    with sealed_meanwhile(home, viewer) as refuse:
        delivered = take_in(home, files, viewer)
        _take_up(home, viewer, refuse)
        return _decide(home, delivered, viewer, refuse, progress)


def _take_up(home: Home, viewer: Viewer, refuse: Callable[[Session], None]) -> None:
    """Decides what somebody was to decide at once and did not: requests of the counter, files that were released."""
    with home.ledger.reading() as session:
        left = deliveries.left(session)
    if left:
        for batch_id in write_briskly(home, lambda session: plans.open_batches(session, left, viewer)):
            work_through(home, batch_id, viewer, refuse)


def decide_open(home: Home, viewer: Viewer, progress: Progress = silent) -> RunResult:
    """Decides every row that was taken in and has no decision yet, whoever delivered it."""
    check_ready(home)
    with sealed_meanwhile(home, viewer) as refuse:
        return _decide(home, None, viewer, refuse, progress)


def decide_deliveries(home: Home, delivery_ids: list[int], viewer: Viewer, progress: Progress = silent) -> RunResult:
    """Decides the open rows of some deliveries that were taken in before."""
    with sealed_meanwhile(home, viewer) as refuse:
        return _decide(home, delivery_ids, viewer, refuse, progress)


def check_ready(home: Home) -> None:
    """Refuses (12) to work on a register that the ledger or the program has outgrown."""
    with home.ledger.reading() as session, register.open_current(home.register_folder) as version:
        check_versions(session, version)


def _decide(
    home: Home,
    delivered: list[int] | None,
    viewer: Viewer,
    refuse: Callable[[Session], None],
    progress: Progress,
) -> RunResult:
    batches = write_briskly(home, lambda session: plans.open_batches(session, delivered, viewer))
    decided = 0
    for number, batch_id in enumerate(batches, start=1):
        progress("decide", number - 1, len(batches))
        decided += work_through(home, batch_id, viewer, refuse, progress)
    settle_stranded(home, viewer)
    settle_outrun(home, viewer)
    give_back_rows(home, viewer)
    home.ledger.store.tidy()
    return _report(home, delivered, batches, decided, viewer)


def work_through(
    home: Home,
    batch_id: int,
    viewer: Viewer,
    refuse: Callable[[Session], None] = by_hand,
    progress: Progress = silent,
) -> int:
    """How many rows of a batch were decided: its plan is made or resumed and applied, until nothing is open.

    Rows of files that the brake holds leave the batch. `refuse` is as for `apply_plan`.
    """
    with home.ledger.reading() as session:
        plan = plans.last_plan(session, batch_id)
        is_open = plan is None or plans.is_open(session, plan)
    if plan is None:
        plan = decide_new(home, batch_id, viewer)
        if plan is None:
            return 0
    total = len(_undecided(home, batch_id))
    if is_open:
        apply_plan(home, plan, viewer, is_last=False, refuse=refuse, progress=progress)
    tries = 1
    while rows := _undecided(home, batch_id):
        tries += 1
        for part in _parts(rows):
            plan = decide_batch(home, batch_id, part, plan.attempt + 1, viewer)
            is_last = tries >= MOST_ATTEMPTS
            apply_plan(home, plan, viewer, is_last=is_last, refuse=refuse, progress=progress)
    return total


def _undecided(home: Home, batch_id: int) -> dict[int, int]:
    with home.ledger.reading() as session:
        return plans.undecided(session, batch_id)


def _parts(rows: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """Rows that others outran, a few at a time: the sooner a plan is applied, the less has happened since."""
    places = iter(rows.items())
    while part := dict(islice(places, _FEW_ROWS)):
        yield part


def _report(home: Home, delivered: list[int] | None, batches: list[int], decided: int, viewer: Viewer) -> RunResult:
    with home.ledger.reading() as session:
        ids = delivered if delivered is not None else plans.deliveries_of(session, batches)
        counted = deliveries.outcomes(session, ids)
        items = queue.counts(session, viewer)
        held = [file for file in holds.listing(session) if delivered is None or file.delivery_id in ids]
        returned = returned_rows(deliveries.returned(session, ids, viewer))
    files: dict[int, FileOutcome] = {}
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for line in counted:
        number = line["delivery_id"]
        blank = FileOutcome(number, line["digest"], line["file_name"], line["source"], 0, {})
        file = files.setdefault(number, blank)
        if not line["rows"]:
            continue
        outcome = line["outcome"] or "undecided"
        file.outcomes[outcome] = file.outcomes.get(outcome, 0) + line["rows"]
        outcomes[outcome] += line["rows"]
        if line["reason"] is not None:
            reasons[line["reason"]] += line["rows"]
    waiting: Counter[str] = Counter()
    for item in items:
        if item["kind"] != "row":
            waiting[item["kind"]] += item["items"]
    return RunResult(
        files=[replace(file, rows=sum(file.outcomes.values())) for file in files.values()],
        outcomes=dict(outcomes),
        reasons=dict(reasons),
        decided=decided,
        batches=batches,
        returned=returned,
        waiting=dict(waiting),
        held=held,
    )
