"""What a search would meet, key by key, before it is paid: how large blocks are, and what the cap narrows or cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from casework.deciding.find import check_versions
from casework.types import Home, Progress, silent
from matching.block import asked
from matching.candidates import choose_keys
from matching.steps import SearchRules, Step, search_rules
from registry import register

_PEOPLE_AT_ONCE = 25_000
#: Sizes of the largest blocks that are told of each key.
_LARGEST = 5


@dataclass(frozen=True)
class KeyBlocks:
    """One key of a search step, asked for by each of some persons of the register as a row that says the same would.

    `asking` persons have what the key takes. `candidates` are the records that its blocks hold, the person included:
    before the cap, and `read` after it; `most` is the largest number for one person. `over` persons meet a block above
    the cap: for `narrowed` of them one more column helps, for `cut` of them candidates are lost. `largest` are the
    sizes of the largest blocks.
    """

    step: str
    title: str
    key: str
    needed: str
    asking: int
    candidates: int
    read: int
    most: int
    over: int
    narrowed: int
    cut: int
    largest: Sequence[int]


@dataclass(frozen=True)
class BlockReport:
    """Of a register version: `persons` it holds, `asked` of them asked with every key; `cap` is that of the rules."""

    register_seq: int
    rules: str
    persons: int
    asked: int
    cap: int
    keys: Sequence[KeyBlocks]


def block_report(home: Home, sample: int, progress: Progress = silent) -> BlockReport:
    """How large the blocks of the published register are, by what up to `sample` persons, evenly spread, would meet.

    Nobody is named: the sizes are all that is told. Refuses (12) a version that the program has outgrown.
    """
    rules = search_rules()
    with home.ledger.reading() as session, register.open_current(home.register_folder) as version:
        check_versions(session, version)
        last = session.value("last_person_id")
        stride = max(1, -(-last // sample))
        ids = range(1, last + 1, stride)
        found: dict[tuple[str, tuple[str, ...]], list[pl.DataFrame]] = {}
        counted = 0
        for start in range(0, len(ids), _PEOPLE_AT_ONCE):
            people = version.people(list(ids[start : start + _PEOPLE_AT_ONCE]))
            counted += people.height
            for step, key, alone in _single_keys(rules):
                found.setdefault((step.name, key), []).append(_met(people, alone, version))
            progress("blocks", min(start + _PEOPLE_AT_ONCE, len(ids)), len(ids))
    keys = [_key_blocks(step, key, pl.concat(found[step.name, key])) for step, key, _ in _single_keys(rules)]
    return BlockReport(version.meta.seq, rules.version, version.meta.records, counted, rules.cap, keys)


def _single_keys(rules: SearchRules) -> list[tuple[Step, tuple[str, ...], SearchRules]]:
    """Each key of each step, with rules of it alone: they make the same hashes."""
    return [
        (step, key, replace(rules, must_run=step.name, steps=(replace(step, keys=(key,)),)))
        for step in rules.steps
        for key in step.keys
    ]


def _met(people: pl.DataFrame, alone: SearchRules, version: register.Version) -> pl.DataFrame:
    """(record_id, candidates, read, largest, is_over, is_cut) of the persons who have what one key takes."""
    questions = asked(people, alone)
    sizes = version.block_sizes(questions["key_hash"].unique().sort().to_list()).select("key_hash", "records")
    lookup, cut = choose_keys(questions, sizes, alone.cap)
    sized = pl.col("records").fill_null(0)
    plain = questions.filter(~pl.col("is_narrow")).join(sizes, on="key_hash", how="left", validate="m:1")
    read = lookup.join(sizes, on="key_hash", how="left", validate="m:1").group_by("record_id").agg(read=sized.sum())
    return (
        plain.group_by("record_id")
        .agg(
            candidates=sized.sum(),
            largest=sized.max(),
            block=pl.col("key_hash").get(sized.arg_max()),
            is_over=(sized > alone.cap).any(),
        )
        .join(read, on="record_id", how="left", validate="1:1")
        .join(cut.select("record_id", is_cut=pl.lit(value=True)), on="record_id", how="left", validate="1:1")
        .with_columns(pl.col("read").fill_null(0), pl.col("is_cut").fill_null(value=False))
    )


def _key_blocks(step: Step, key: Sequence[str], met: pl.DataFrame) -> KeyBlocks:
    blocks = met.unique("block").sort("largest", descending=True)
    over = int(met["is_over"].sum())
    cut = int(met["is_cut"].sum())
    return KeyBlocks(
        step=step.name,
        title=step.title,
        key=" + ".join(key),
        needed=step.needed,
        asking=met.height,
        candidates=int(met["candidates"].sum()),
        read=int(met["read"].sum()),
        most=max(met["candidates"].to_list(), default=0),
        over=over,
        narrowed=over - cut,
        cut=cut,
        largest=blocks["largest"].head(_LARGEST).to_list(),
    )
