"""The ground on which rows were decided: the ledger as of T, and the register version S that stood before it.

Either what a search named is weighed again, or the register version is made anew and the search repeated.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from casework.deciding.find import Found, Searcher
from casework.deciding.rows import normalised_rows
from casework.errors import BusyError
from casework.register.publish import write_version
from casework.types import Home, Progress, Viewer, silent
from matching.block import ASKED, emitted, key_version
from matching.model import Model
from matching.model_files import ModelError, load_model
from matching.normalise import normalise
from matching.schemas import KEYS, PAIRS, SEARCH_STEPS, empty
from matching.steps import RulesError, SearchRules, rules_of
from registry import people, queue, register, tail
from registry.engine import Session
from registry.plans import Plan, PlannedRow


@dataclass(frozen=True)
class NamedSearcher(Searcher):
    """Meets again whom the search of some planned rows named, and finds nobody else."""

    planned: Mapping[int, PlannedRow]

    def find(
        self,
        rows: pl.DataFrame,
        *,
        order: Mapping[int, int] | None = None,
        compared: pl.DataFrame | None = None,
        named: pl.DataFrame | None = None,
    ) -> Found:
        """What the plan's rows were weighed against, compared and scored; the steps are as they were kept."""
        del order  # which rows of a batch met which is part of what the search named
        compared = rows if compared is None else compared
        bodies = {record_id: self.planned[-record_id].body for record_id in rows["record_id"]}
        met_pairs = [(record_id, other) for record_id, body in bodies.items() for other in body["weighed"]]
        steps = [(record_id, *step) for record_id, body in bodies.items() for step in body["steps"]]
        pairs = pl.DataFrame(met_pairs, schema=dict(PAIRS), orient="row").sort("record_id_l", "record_id_r")
        others = pairs.filter(~pl.col("record_id_r").is_in(rows["record_id"].implode()))["record_id_r"]
        met = self._records(compared, empty(PAIRS), others)
        scored = self._score(compared, met, pairs, empty(PAIRS) if named is None else named)
        return Found(
            self.version.meta.seq,
            self.session.value_of_state("seq"),
            empty(ASKED),
            empty(KEYS),
            pl.DataFrame(steps, schema=dict(SEARCH_STEPS), orient="row"),
            scored,
            met,
        )


def model_then(version: str, rules_version: str) -> tuple[Model, SearchRules]:
    """The model of a version with its search rules; BusyError (12) where they are not at hand any more."""
    try:
        model = load_model(version)
        rules = rules_of(model)
    except (ModelError, RulesError) as error:
        raise BusyError(f"model {version}: {error}. Put the file back where it was, then try again.") from error
    if rules.version != rules_version:
        raise BusyError(f"model {version} names search rules {rules.version}; {rules_version} were in force.")
    return model, rules


@contextmanager
def version_then(
    home: Home, plan: Plan, model: Model, rules: SearchRules, *, anew: bool, progress: Progress = silent
) -> Iterator[register.Version]:
    """The register version that a plan was made against: as it is kept, or made anew from the ledger's history.

    BusyError (12) where it is not kept any more, or was made by another normaliser than the program's.
    """
    if anew:
        with tempfile.TemporaryDirectory(prefix="replay-", dir=home.folder) as made:
            file = _write_anew(Path(made), home, plan.register_seq, model, rules, progress=progress)
            with register.Version(file) as version:
                yield version
        return
    kept = register.kept_file(home.register_folder, plan.register_seq)
    if kept is None:
        raise BusyError(
            f"register version {plan.register_seq} is not kept any more, and how common a name was then is counted "
            "there. `motma log replay --full` makes it anew from the ledger."
        )
    with register.Version(kept) as version:
        if version.meta.key_version != key_version(rules):
            raise BusyError(
                f"register version {plan.register_seq} was normalised by {version.meta.key_version}, this program uses "
                f"{key_version(rules)}. The program of that day can replay it."
            )
        yield version


def _write_anew(folder: Path, home: Home, seq: int, model: Model, rules: SearchRules, *, progress: Progress) -> Path:
    """The file of the register version that stood at a seq, in a folder that nobody else reads."""
    with home.ledger.as_of(seq, key_version(rules)) as session:
        writer = register.Writer(folder, session.value_of_state("ledger_id"), seq, key_version(rules), rules.names)
        write_version(session, writer, rules, model, progress)
    file = register.current_file(folder)
    if file is None:
        raise RuntimeError(f"register version {seq} was written and is not there")
    return file


def restore_tail(session: Session, plan: Plan, rules: SearchRules, viewer: Viewer) -> None:
    """Fills the tail of a session as of a plan's T: the keys of persons changed since S, and of rows in review."""
    changed = people.records(session, tail.changed_between(session, plan.register_seq, plan.tail_seq), viewer)
    waiting = normalised_rows(session, queue.all_waiting_rows(session), viewer)
    tail.restore(session, pl.concat([emitted(records, rules) for records in (normalise(changed), waiting)]))


def related(rows: Sequence[PlannedRow], households: Mapping[int, str | None], wanted: set[int]) -> list[int]:
    """The wanted rows of a plan, and all others that had a part in how they were decided.

    Rows have a part in each other where one weighed the other, and where they are of one household.
    """
    beside: dict[Any, set[int]] = {}
    for row in rows:
        for other in row.body.get("weighed", ()):
            if other < 0:
                beside.setdefault(-other, set()).add(row.row_id)
                beside.setdefault(row.row_id, set()).add(-other)
        if (household := households[row.row_id]) is not None:
            beside.setdefault(household, set()).add(row.row_id)
    planned = {row.row_id for row in rows}
    found, front = set[int](), set(wanted)
    while front:
        found |= front
        reached = [beside.get(key, ()) for row_id in front for key in (row_id, households[row_id])]
        front = {other for others in reached for other in others if other in planned} - found
    return sorted(found)
