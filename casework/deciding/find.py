"""Finding: which persons and rows a row meets, through the register version, the tail and its own batch.

This gathers; it logs nothing. Its callers log every step before they show a result or with the decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from casework.deciding.rows import normalised_rows
from casework.errors import BusyError
from casework.types import Viewer
from matching.block import asked, emitted, key_version
from matching.candidates import choose_keys, search_steps
from matching.compare import compare
from matching.frequencies import FEWEST, Frequencies, values_of
from matching.model import Model
from matching.normalise import normalise
from matching.schemas import NORMALISED, PAIRS, conform, empty, scored_schema
from matching.score import score
from matching.steps import SearchRules
from registry import people, register, tail
from registry.engine import Session, WriteSession

_HITS = {"record_id_l": pl.Int64, "step": pl.String, "record_id_r": pl.Int64}
#: candidates that are kept for deciding and explaining, best first
MOST_CANDIDATES = 20
_PAIRS_AT_ONCE = 200_000


@dataclass(frozen=True)
class Found:
    """What a search met. `asked` are the keys, `emitted` those under which the searching rows can be found."""

    register_seq: int
    tail_seq: int
    asked: pl.DataFrame
    emitted: pl.DataFrame
    steps: pl.DataFrame
    scored: pl.DataFrame
    met: pl.DataFrame


def check_keys(session: WriteSession) -> None:
    """Refuses (12) a ledger whose tail was keyed by other rules: this program would not find there what it adds."""
    held, wanted = session.key_version, key_version()
    if held != wanted:
        raise BusyError(
            f"the ledger was keyed by {held}, this program uses {wanted}. Run `motma register publish` first."
        )


def check_versions(session: Session, version: register.Version, rules: SearchRules | None = None) -> None:
    """Refuses (12) a register version of another ledger, or one that the program or the ledger has outgrown.

    `rules` are the search rules that are in use, by default today's.
    """
    if version.meta.ledger_id != session.value_of_state("ledger_id"):
        raise BusyError("the register was made of another ledger. Check MOTMA_HOME and MOTMA_LEDGER_URL.")
    wanted = key_version(rules)
    held = (version.meta.key_version, session.value_of_state("key_version"))
    if held != (wanted, wanted):
        raise BusyError(
            f"register and ledger were normalised by {held[0]} and {held[1]}, this program uses {wanted}. "
            "Run `motma register publish` first."
        )
    if version.meta.seq < session.value_of_state("floor_seq"):
        raise BusyError("the register was loaded or rebuilt after the last publication. Run `motma register publish`.")


@dataclass(frozen=True)
class Searcher:
    """A snapshot of the ledger and the register version that stands before it, ready to be searched."""

    session: Session
    version: register.Version
    rules: SearchRules
    model: Model
    viewer: Viewer

    def find(
        self,
        rows: pl.DataFrame,
        *,
        order: Mapping[int, int] | None = None,
        compared: pl.DataFrame | None = None,
        named: pl.DataFrame | None = None,
    ) -> Found:
        """Everything that NORMALISED rows meet, compared and scored.

        `order` gives the place of each row (by record_id) in its batch: a row meets those before it. `compared` is
        the rows as they are to be compared, where that differs from how they search. `named` are PAIRS of rows and
        persons whom officers said they are: they are weighed even where no key leads from one to the other.
        """
        named = empty(PAIRS) if named is None else named
        check_versions(self.session, self.version, self.rules)
        compared = rows if compared is None else compared
        questions, answers = asked(rows, self.rules), emitted(rows, self.rules)
        hashes = questions["key_hash"].unique().sort().to_list()
        lookup, cut = choose_keys(questions, self.version.block_sizes(hashes), self.rules.cap)

        in_register = self._register_hits(lookup)
        in_tail = self._tail_hits(questions, rows["record_id"])
        in_batch = _batch_hits(questions, answers, order) if order is not None else empty(_HITS)
        hits = pl.concat([in_register, in_tail, in_batch]).unique(maintain_order=True)
        steps = search_steps(rows["record_id"], asked=questions, lookup=lookup, cut=cut, hits=hits, rules=self.rules)
        met = self._records(compared, in_register, pl.concat([in_tail["record_id_r"], named["record_id_r"]]))
        pairs = pl.concat([conform(hits, PAIRS), named]).unique().sort("record_id_l", "record_id_r")
        scored = self._score(compared, met, pairs, named)
        tail_seq = self.session.value_of_state("seq")
        return Found(self.version.meta.seq, tail_seq, questions, answers, steps, scored, met)

    def _register_hits(self, lookup: pl.DataFrame) -> pl.DataFrame:
        """Hits of the register version, without the persons who have changed since: those are read from the tail."""
        found = self.version.find(lookup["key_hash"].unique().sort().to_list()).select("key_hash", "record_id")
        hits = _hits(lookup, found)
        stale = tail.changed_among(self.session, hits["record_id_r"].unique().to_list(), self.version.meta.seq)
        return hits.filter(~pl.col("record_id_r").is_in(list(stale)))

    def _tail_hits(self, questions: pl.DataFrame, searching: pl.Series) -> pl.DataFrame:
        plain = questions.filter(~pl.col("is_narrow"))
        found = tail.find(self.session, plain["key_hash"].unique().sort().to_list(), self.version.meta.seq)
        return _hits(plain, found).filter(~pl.col("record_id_r").is_in(searching.implode()))

    def _records(self, rows: pl.DataFrame, in_register: pl.DataFrame, others: pl.Series) -> pl.DataFrame:
        """NORMALISED of everything that was met, each record once."""
        ids = set(others) - set(in_register["record_id_r"])
        changed = people.records(self.session, [record_id for record_id in ids if record_id > 0], self.viewer)
        waiting = normalised_rows(self.session, [-record_id for record_id in ids if record_id < 0], self.viewer)
        registered = self.version.people(in_register["record_id_r"].unique().sort().to_list())
        return pl.concat([conform(part, NORMALISED) for part in (registered, normalise(changed), waiting, rows)])

    def _score(self, rows: pl.DataFrame, met: pl.DataFrame, pairs: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
        """SCORED pairs. The crowd of strangers is the register's, for rows too: a batch is one commune's more often
        than not, and what its rows have in common must not make them one person."""
        counted = self.version.frequencies(values_of(self.model, rows, met))
        frequencies = Frequencies(counted, self.version.last_person())
        population = max(self.version.meta.records, FEWEST)
        best = [
            _best(score(compare(part, rows, met, frequencies, self.model), self.model, population), named)
            for part in _slices(pairs)
        ]
        return pl.concat(best) if best else empty(scored_schema(self.model.names, self.model.classes))


def _hits(questions: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    joined = questions.select("record_id", "step", "key_hash").join(
        found.select("key_hash", record_id_r="record_id"), on="key_hash", how="inner"
    )
    return joined.select(record_id_l="record_id", step="step", record_id_r="record_id_r").unique()


def _batch_hits(questions: pl.DataFrame, answers: pl.DataFrame, order: Mapping[int, int]) -> pl.DataFrame:
    plain = questions.filter(~pl.col("is_narrow"))
    hits = _hits(plain, answers.select("key_hash", "record_id").unique())
    place = pl.DataFrame(
        {"record_id": list(order), "place": list(order.values())}, schema={"record_id": pl.Int64, "place": pl.Int64}
    )
    return (
        hits.join(place.rename({"record_id": "record_id_l"}), on="record_id_l", validate="m:1")
        .join(place.rename({"record_id": "record_id_r"}), on="record_id_r", suffix="_r", validate="m:1")
        .filter(pl.col("place_r") < pl.col("place"))
        .select(list(_HITS))
    )


def _slices(pairs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pairs in slices that keep the pairs of one row together, so that memory does not grow with the batch."""
    part = (pl.int_range(pl.len()).min().over("record_id_l") // _PAIRS_AT_ONCE).alias("part")
    for _, slice_ in pairs.with_columns(part).group_by("part", maintain_order=True):
        yield slice_.drop("part")


def _best(scored: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """The best candidates of each row, best first, those who hold its code or number, and those that officers named."""
    ordered = scored.sort("record_id_l", "odds", "record_id_r", descending=[False, True, False])
    is_named = pl.struct(*PAIRS).is_in(named.to_struct().implode())
    is_holder = (pl.col("weight_code") > 0) | (pl.col("weight_personal_id") > 0)
    return ordered.filter((pl.int_range(pl.len()).over("record_id_l") < MOST_CANDIDATES) | is_named | is_holder)
