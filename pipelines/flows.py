"""The Prefect flows: names, parameters and retries of the jobs. No rule is here.

A flow takes paths and names, and gives counts. None that decides is retried: each is idempotent, so the next scheduled
run takes up where the last one stopped. Publishing is repeated where it found the ledger busy.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Failed

from casework.errors import BusyError, MotmaError
from casework.types import Progress, silent
from pipelines import jobs
from pipelines.cli_call import DEFAULT_HOME, operating_system_user
from pipelines.unreadable import Refused, Remark, told_once

Outcome = dict[str, Any] | State[Any]


@dataclass
class Watch:
    """A run that this very process started: its progress, and what came of it, which does not go by the server."""

    progress: Progress
    report: jobs.RunReport | None = None
    error: MotmaError | None = None


#: A worker's runs have nobody who watches.
_WATCH: ContextVar[Watch | None] = ContextVar("_WATCH", default=None)


@flow(name="intake")
def intake(paths: list[str], home: str | None = None, source: str | None = None, by: str | None = None) -> Outcome:
    """How many files were taken in; fails, after the others are in, when one could not be read."""
    report = jobs.job_intake(_home(home), [Path(path) for path in paths], source, _by(by))
    return _unless_unreadable({"deliveries": len(report.deliveries)}, report.unreadable, report.noticed)


@flow(name="match-and-issue")
def match_and_issue(home: str | None = None, by: str | None = None) -> dict[str, Any]:
    """How many of the rows that were taken in and still open were decided, and how."""
    return _decided(jobs.job_decide(_home(home), _by(by)))


@flow(name="publish", retries=2, retry_delay_seconds=300)
def publish(home: str | None = None, by: str | None = None) -> dict[str, Any]:
    """The register version that was written."""
    result = jobs.job_publish(_home(home), _by(by))
    get_run_logger().info("published version %d: %d persons", result.seq, result.persons)
    return {"seq": result.seq, "persons": result.persons}


@flow(name="seal")
def seal(home: str | None = None, by: str | None = None) -> dict[str, Any]:
    """How many entries of the log are sealed; a run seals by itself, this is for what people do between runs."""
    result = jobs.job_seal(_home(home), _by(by))
    return {"size": result.size, "added": result.added}


@flow(name="ladder")
def ladder(home: str | None = None, by: str | None = None) -> dict[str, Any]:
    """How many measures against officers the rules opened, and how many they raised."""
    result, logger = jobs.job_ladder(_home(home), _by(by)), get_run_logger()
    for officer, cases in result.cannot_answer:
        logger.warning("%s has no account, or an ended one: %d cases hold nothing against anybody", officer, cases)
    return {"opened": len(result.opened), "escalated": len(result.escalated)}


@flow(name="run")
def run(paths: list[str], home: str | None = None, source: str | None = None, by: str | None = None) -> Outcome:
    """The main job, intake and decision in one; fails, after the others are done, when a file could not be read."""
    watch = _WATCH.get() or Watch(silent)
    try:
        report = jobs.job_run(_home(home), [Path(path) for path in paths], source, _by(by), watch.progress)
    except MotmaError as error:
        watch.error = error
        return Failed(message=str(error))
    watch.report = report
    return _unless_unreadable(_decided(report), report.unreadable, report.noticed)


def run_here(
    server: str, home: Path, paths: Sequence[Path], *, source: str | None, by: str, progress: Progress
) -> jobs.RunReport:
    """The report of a run in this process, known to the server as a flow run; BusyError when it does not answer."""
    with temporary_settings({PREFECT_API_URL: server, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        with get_client(sync_client=True) as client:
            trouble = client.api_healthcheck()
        if trouble is not None:
            raise BusyError(
                f"no Prefect server answers at {server} ({trouble}). Start it, or unset PREFECT_API_URL to run without."
            )
        watch = Watch(progress)
        before = _WATCH.set(watch)
        try:
            state = run([str(path) for path in paths], str(home), source, by, return_state=True)
        finally:
            _WATCH.reset(before)
    if watch.error is not None:
        raise watch.error
    if watch.report is None:
        raise BusyError(f"the flow run did not come to its end: {state.message}")
    return watch.report


def _home(home: str | None) -> Path:
    return Path(home or os.environ.get("MOTMA_HOME") or DEFAULT_HOME)


def _by(by: str | None) -> str:
    return by or operating_system_user()


def _decided(report: jobs.RunReport) -> dict[str, Any]:
    result, logger = report.result, get_run_logger()
    logger.info("decided %d rows: %s", result.decided, result.outcomes)
    for file in result.held:
        logger.warning("held: %s (delivery %d): see motma sources held", file.file_name, file.delivery_id)
    for answer in report.answers:
        logger.info("answer: %s", answer.folder)
    return {"decided": result.decided, "outcomes": result.outcomes}


def _unless_unreadable(counts: dict[str, Any], unreadable: Sequence[Refused], noticed: Sequence[Remark]) -> Outcome:
    """The counts; a failed state, with the files in the run's log, where some could not be read."""
    logger = get_run_logger()
    for remark in noticed:
        logger.warning("%s: %s", remark.file, remark.message)
    for remark in told_once(unreadable):
        logger.error("%s: %s", remark.file, remark.message)
    if not unreadable:
        return counts
    return Failed(message=f"{len(unreadable)} files could not be read, the others are done")
