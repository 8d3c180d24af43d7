"""One person's search by hand: the regulation's steps, logged before the result is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from casework.deciding.find import Found, Searcher
from casework.deciding.rows import normalise_understood
from casework.errors import UsageError
from casework.office.view import household_members
from casework.types import Home, Viewer
from casework.vietnam_time import today
from matching.explain import sentence
from matching.model_files import load_model
from matching.schemas import RECEIVED, RECORD
from matching.steps import search_rules
from matching.understand import Conventions, understand
from registry import log, people, register, searches
from registry.home import Key

_MOST_HITS = 20
_CONVENTIONS = Conventions(
    sex_words={"nam": "M", "nu": "F", "m": "M", "f": "F"},
    event_words={"correction": "correction"},
    precision_words={},
    date_order="dmy",
    commune_list=None,
)
_PLACE = "birth_place"


@dataclass(frozen=True)
class SearchHit:
    """One person who was found: the record, the active code, the weight of each comparison in bits, the household."""

    person_id: int
    code: str | None
    status: str
    record: Mapping[str, Any]
    match_weight: float
    weights: Mapping[str, float]
    sentence: str
    members: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class SearchResult:
    """The steps that ran (step, status, hits) and the best of all persons found, likeliest first."""

    steps: Sequence[tuple[str, str, int]]
    hits: Sequence[SearchHit]
    found: int
    waiting_rows: int


def search(home: Home, query: Mapping[str, str], viewer: Viewer) -> SearchResult:
    """Searches by RECORD's columns (birth_place: code or name of a commune); UsageError for what cannot be read."""
    rows = _as_row(query)
    rules, model = search_rules(), load_model()
    with home.ledger.reading() as session, register.open_current(home.register_folder) as version:
        found = Searcher(session, version, rules, model, viewer).find(rows)
        best = found.scored.filter(pl.col("record_id_r") > 0).sort("odds", "record_id_r", descending=[True, False])
        shown = best.head(_MOST_HITS)
        records = people.records(session, shown["record_id_r"].to_list(), viewer)
        by_id = {record["record_id"]: record for record in records.iter_rows(named=True)}
        codes = {record["household_code"] for record in by_id.values()}
        members = {code: household_members(session, code, viewer) for code in codes}
    if (found.steps["status"] == "not_applicable").all():
        raise UsageError("search: this is too little to search by; add a birth date, a place or a number to the name")
    acts = _acts(home.key("log_digest"), query, found, shown)
    # before anything is shown
    with home.ledger.writing() as session:
        searches.count(session, len(found.steps))
        log.append(session, viewer, acts)
    return SearchResult(
        steps=list(found.steps.select("step", "status", "hits").iter_rows()),
        hits=[
            SearchHit(
                person_id=pair["record_id_r"],
                code=by_id[pair["record_id_r"]]["active_code"],
                status=by_id[pair["record_id_r"]]["status"],
                record=by_id[pair["record_id_r"]],
                match_weight=pair["match_weight"],
                weights={name: pair[f"weight_{name}"] for name in model.names},
                sentence=sentence(pair, model),
                members=members[by_id[pair["record_id_r"]]["household_code"]],
            )
            for pair in shown.iter_rows(named=True)
        ],
        found=len(best),
        waiting_rows=len(found.scored) - len(best),
    )


def _as_row(query: Mapping[str, str]) -> pl.DataFrame:
    """NORMALISED of a query; its record_id is 0."""
    given = {name: value.strip() for name, value in query.items() if value and value.strip()}
    place = given.pop(_PLACE, None)
    if place is not None:
        given["birth_place_code" if place.isdigit() else "birth_place_name"] = place
        given["residence_code" if place.isdigit() else "residence_name"] = place
    unknown = sorted(set(given) - set(RECORD))
    if unknown:
        raise UsageError(f"search: {', '.join(unknown)} cannot be searched; use {', '.join(sorted(RECORD))}")
    if not given:
        raise UsageError("search: say at least a name, a date or a number")
    received = pl.DataFrame(
        {name: [given.get(name)] for name in RECEIVED if name in RECORD}
        | {"row": [0], "sheet_row": [0], "event": ["correction"]},
    )
    missing = [pl.lit(None).cast(kind).alias(name) for name, kind in RECEIVED.items() if name not in received.columns]
    received = received.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in RECEIVED.items())
    understood = understand(received, _CONVENTIONS, today())
    (row,) = understood.iter_rows(named=True)
    unreadable = [
        f"{fault['column']}: {fault['value']!r} ({fault['code']})" for fault in row["faults"] if fault["value"]
    ]
    if unreadable:
        raise UsageError(f"search: cannot read {'; '.join(unreadable)}")
    # a number of the wrong form may be another name of a code's holder: it is searched as it was written
    as_written = pl.lit([given["bhxh_code"]] if "bhxh_code" in given else [], dtype=pl.List(pl.String))
    return normalise_understood(understood.with_columns(row_id=pl.lit(0, dtype=pl.Int64), codes=as_written))


def _acts(key: Key, query: Mapping[str, str], found: Found, shown: pl.DataFrame) -> list[log.Act]:
    """One entry for the query and one for each step."""
    digest = key.digest(json.dumps(dict(sorted(query.items())), ensure_ascii=False))
    common = {
        "rules": search_rules().version,
        "model": load_model().version,
        "register_seq": found.register_seq,
        "tail_seq": found.tail_seq,
        "query": digest,
    }
    steps = [
        log.Act("search_step", {**common, "step": step, "status": status, "hits": hits, "candidates": candidates})
        for step, status, hits, candidates in found.steps.select("step", "status", "hits", "digest").iter_rows()
    ]
    best = [
        [record_id, round(weight, 4)] for record_id, weight in shown.select("record_id_r", "match_weight").iter_rows()
    ]
    return [log.Act("search", {**common, "fields": sorted(query), "best": best}), *steps]
