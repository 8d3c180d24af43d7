"""The jobs as plain functions: read files, call the use case, hand back what came of it. No engine is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from casework.audit.sealing import SealResult, seal
from casework.control.ladder_by_rule import LadderResult
from casework.control.ladder_run import run_ladder
from casework.deliveries.answers import deliveries_of
from casework.held import give_back_file, release
from casework.home import default_province, open_home
from casework.manners import give_way
from casework.model.training import Learnt, learn, read_lesson
from casework.register.load import LoadResult, load_extract
from casework.register.publish import PublishResult, publish
from casework.run import RunResult, decide_open, run, take_in
from casework.types import Home, Progress, Viewer, silent
from pipelines.answer_files import AnswerFiles, write_answers
from pipelines.extract_files import read_extract
from pipelines.inbox import Inbox, read_inbox
from pipelines.refusal_notes import write_notes
from pipelines.unreadable import Refused, Remark, UnreadableError, unused_columns

#: What the log names as the reason of what the machine does by itself.
LOAD_PURPOSE = "register load"
PUBLISH_PURPOSE = "register publish"
SEAL_PURPOSE = "log seal"
LADDER_PURPOSE = "control ladder"
RUN_PURPOSE = "run"
RELEASE_PURPOSE = "sources release"
RETURN_PURPOSE = "sources return"
ANSWER_PURPOSE = "sources answer"


@dataclass(frozen=True)
class LoadReport:
    """What became of each extract, and what is to be said of files."""

    loads: list[LoadResult]
    unreadable: list[Remark]
    noticed: list[Remark]


@dataclass(frozen=True)
class IntakeReport:
    """The deliveries that were taken in, and what is to be said of files."""

    deliveries: list[int]
    unreadable: list[Refused]
    noticed: list[Remark]


@dataclass(frozen=True)
class RunReport:
    """What became of every row, where the answers to the senders are, and what is to be said of files."""

    result: RunResult
    answers: list[AnswerFiles]
    unreadable: list[Refused]
    noticed: list[Remark]


@dataclass(frozen=True)
class TrainReport:
    """The model that was learnt, None where a register could not be read, and what is to be said of files."""

    learnt: Learnt | None
    unreadable: list[Remark]
    noticed: list[Remark]


def job_load(home: Path, paths: Sequence[Path], as_of: date | None, by: str, progress: Progress = silent) -> LoadReport:
    """Loads extracts one after the other; one that cannot be read is reported and left out."""
    opened = open_home(home)
    viewer = Viewer(by, LOAD_PURPOSE)
    report = LoadReport([], [], [])
    for path in dict.fromkeys(paths):
        try:
            extract, unknown = read_extract(path)
        except UnreadableError as error:
            report.unreadable.append(Remark(str(path), str(error)))
            continue
        if unknown:
            report.noticed.append(unused_columns(path, unknown))
        report.loads.append(load_extract(opened, extract, as_of, viewer, progress))
    return report


def job_train(
    registers: Sequence[tuple[Path, Path]],
    base: str | None,
    out: Path,
    *,
    seed: int,
    at: date,
    version: date,
    progress: Progress = silent,
) -> TrainReport:
    """Learns a model from registers, each with its change files; with a register unread nothing is learnt."""
    report = TrainReport(None, [], [])
    lessons = []
    for register, inbox in registers:
        try:
            extract, _ = read_extract(register)
        except UnreadableError as error:
            report.unreadable.append(Remark(str(register), str(error)))
            continue
        received = read_inbox([inbox], None)
        lessons.append(read_lesson(extract, received.files, at))
        report.unreadable.extend(Remark(refused.file, refused.message) for refused in received.unreadable)
        report.noticed.extend(received.noticed)
    if len(lessons) < len(registers):
        return report
    return replace(report, learnt=learn(lessons, base, out, seed=seed, version=version, progress=progress))


def job_publish(home: Path, by: str, progress: Progress = silent) -> PublishResult:
    """Writes the next register version."""
    return publish(open_home(home), Viewer(by, PUBLISH_PURPOSE), progress)


def job_seal(home: Path, by: str) -> SealResult:
    """Seals what was logged since the last seal."""
    return seal(open_home(home), Viewer(by, SEAL_PURPOSE))


def job_ladder(home: Path, by: str) -> LadderResult:
    """Opens and raises the measures that the rules demand."""
    return run_ladder(open_home(home), Viewer(by, LADDER_PURPOSE))


def job_intake(
    home: Path, paths: Sequence[Path], source: str | None, by: str, progress: Progress = silent
) -> IntakeReport:
    """Takes the rows of change files in, without deciding them."""
    opened = open_home(home)
    inbox = read_inbox(paths, source, progress, default_province(opened))
    deliveries = take_in(opened, inbox.files, Viewer(by, RUN_PURPOSE))
    return IntakeReport(deliveries, write_notes(opened, inbox.unreadable), inbox.noticed)


def job_decide(home: Path, by: str, progress: Progress = silent) -> RunReport:
    """Decides every row that was taken in and not decided yet, and writes the answers to their senders."""
    opened, viewer = open_home(home), Viewer(by, RUN_PURPOSE)
    return _answered(opened, decide_open(opened, viewer, progress), Inbox(iter(())), viewer, progress)


def job_run(home: Path, paths: Sequence[Path], source: str | None, by: str, progress: Progress = silent) -> RunReport:
    """The main job: takes change files in, decides their rows and writes the answers to their senders."""
    give_way()
    opened, viewer = open_home(home), Viewer(by, RUN_PURPOSE)
    inbox = read_inbox(paths, source, progress, default_province(opened))
    return _answered(opened, run(opened, inbox.files, viewer, progress), inbox, viewer, progress)


def job_release(home: Path, delivery_id: int, reason: str, by: str, progress: Progress = silent) -> RunReport:
    """Decides the rows of a held file that an officer releases, and writes the answer to its sender."""
    give_way()
    opened, viewer = open_home(home), Viewer(by, RELEASE_PURPOSE)
    result = release(opened, delivery_id, reason, viewer, progress)
    return _answered(opened, result, Inbox(iter(())), viewer, progress)


def job_give_back(
    home: Path, delivery_id: int, note: str, by: str, progress: Progress = silent
) -> tuple[int, list[AnswerFiles]]:
    """How many rows of a held file went back to its sender, and the answer that says so."""
    opened, viewer = open_home(home), Viewer(by, RETURN_PURPOSE)
    rows = give_back_file(opened, delivery_id, note, viewer)
    return rows, write_answers(opened, [delivery_id], None, viewer, progress)


def job_answer(
    home: Path, of: Sequence[int] | str, out: Path | None, by: str, progress: Progress = silent
) -> list[AnswerFiles]:
    """Writes the answers to some deliveries, or to all of a source, as their rows stand now."""
    opened = open_home(home)
    ids = deliveries_of(opened, of) if isinstance(of, str) else of
    return write_answers(opened, ids, out, Viewer(by, ANSWER_PURPOSE), progress)


def _answered(home: Home, result: RunResult, inbox: Inbox, viewer: Viewer, progress: Progress) -> RunReport:
    written = write_answers(home, [file.delivery_id for file in result.files], None, viewer, progress)
    return RunReport(result, written, write_notes(home, inbox.unreadable), inbox.noticed)
