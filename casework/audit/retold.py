"""What a decision says, field by field, as it was kept and as it comes out when it is made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.decisions import CandidateRecord

#: as many digits as are kept of weights (bits) and of posteriors
_WEIGHT, _POSTERIOR = 4, 6
#: what a decision's entry says of it
_ENTRY = ("outcome", "reason", "person", "best", "query", "code", "model", "rules", "register_seq", "tail_seq")


@dataclass(frozen=True)
class Difference:
    """A field that was kept otherwise than it comes out; None where there is none."""

    field: str
    decided: Any
    replayed: Any


@dataclass(frozen=True)
class Kept:
    """A decision of a row as it was kept: its columns, its candidates, and its entries of the log."""

    row_id: int
    columns: Mapping[str, Any]
    candidates: Sequence[CandidateRecord]
    entries: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Remade:
    """A decision that was made again: a plan's body, and the digests of the keys that the row asked for and of the code
    that the decision kept.

    `earlier` is the person whom the row that it was linked to had become.
    """

    body: Mapping[str, Any]
    query: str
    code: str | None
    earlier: int | None


def differences(kept: Kept, remade: Remade) -> list[Difference]:
    """The fields of a decision, and of its entries in the log, that come out otherwise; the decision's come first."""
    told = dict(_decision(kept.columns, kept.candidates)) | dict(_log(kept.entries))
    body = _as_applied(remade.body, kept.columns)
    person = _person(body, kept.columns, remade.earlier)
    again = dict(_body(body, person)) | dict(_logged(body, person, kept, remade))
    return [
        Difference(name, told.get(name), again.get(name))
        for name in {**told, **again}
        if told.get(name) != again.get(name)
    ]


def _as_applied(body: Mapping[str, Any], kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body as it was carried out: what happened after T sends a row to review, whatever was planned."""
    is_taken = body["outcome"] == "issued" and kept["reason"] == "code_conflict" and body.get("own_number") is not None
    if kept["outcome"] == "review" and (kept["reason"] == "stale" or is_taken) and body["outcome"] != "returned":
        return {**body, "outcome": "review", "reason": kept["reason"], "waits_for_row": None}
    return body


def _person(body: Mapping[str, Any], kept: Mapping[str, Any], earlier: int | None) -> int | None:
    """Who a row is by its body; a new person's id is given when he is issued his code."""
    named: dict[str, int | None] = {"issued": kept["person_id"], "linked": body.get("person_id") or earlier}
    return named.get(body["outcome"])


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _decision(kept: Mapping[str, Any], candidates: Sequence[CandidateRecord]) -> Iterator[tuple[str, Any]]:
    evidence = kept["evidence"]
    for name in ("outcome", "reason"):
        yield name, kept[name]
    yield "person", kept["person_id"]
    yield "waits for row", evidence.get("waits_for_row")
    yield "posterior", _rounded(kept["posterior"], _POSTERIOR)
    yield "weight", _rounded(kept["match_weight"], _WEIGHT)
    yield "runner-up's weight", _rounded(kept["runner_up_weight"], _WEIGHT)
    for place, each in enumerate(candidates, start=1):
        record_id = each.person_id if each.person_id is not None else -(each.other_row_id or 0)
        yield from _candidate(f"candidate {place}", {**each.__dict__, "record_id": record_id})
    yield "codes of candidates", kept["candidates"]
    yield "number agrees", evidence.get("number_agrees")
    yield "lacks", evidence.get("lacks")
    for step in evidence.get("steps") or ():
        yield f"step {step[0]}", _step(*step[1:])


def _body(body: Mapping[str, Any], person: int | None) -> Iterator[tuple[str, Any]]:
    yield "outcome", body["outcome"]
    yield "reason", body.get("reason")
    yield "person", person
    yield "waits for row", body.get("waits_for_row")
    yield "posterior", _rounded(body.get("posterior"), _POSTERIOR)
    yield "weight", _rounded(body.get("match_weight"), _WEIGHT)
    yield "runner-up's weight", _rounded(body.get("runner_up_weight"), _WEIGHT)
    for place, each in enumerate(body["candidates"], start=1):
        yield from _candidate(f"candidate {place}", each)
    yield "codes of candidates", ";".join(body.get("candidate_codes", ()))
    yield "number agrees", body.get("number_agrees")
    yield "lacks", body.get("lacks")
    for step in body["steps"]:
        yield f"step {step[0]}", _step(*step[1:])


def _candidate(name: str, candidate: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    record_id = candidate["record_id"]
    yield name, f"person {record_id}" if record_id > 0 else f"row {-record_id}"
    yield f"{name}: weight", candidate["match_weight"]
    yield f"{name}: posterior", candidate["posterior"]
    for comparison, bits in sorted(candidate["weights"].items()):
        yield f"{name}: {comparison}", bits
    yield f"{name}: sentence", candidate["sentence"]


def _step(status: str, hits: int, digest: str) -> str:
    """One step of a search: how it ended, how many it met, and a digest of who they were."""
    return f"{status}, {hits}, {digest}"


def _log(entries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What the log's entries of a decision say."""
    for entry in entries:
        if entry["act"] == "search_step":
            yield f"log: step {entry['step']}", _step(entry["status"], entry["hits"], entry["candidates"])
        else:
            yield "log: by", entry["by"]
            yield "log: at", entry["at"]
            for name in _ENTRY:
                yield f"log: {name}", entry.get(name)


def _logged(body: Mapping[str, Any], person: int | None, kept: Kept, remade: Remade) -> Iterator[tuple[str, Any]]:
    """What the log's entries should say."""
    yield "log: by", kept.columns["decided_by"]
    yield "log: at", kept.columns["decided_at"]
    yield "log: outcome", body["outcome"]
    yield "log: reason", body.get("reason")
    yield "log: person", person
    yield "log: best", [[each["record_id"], each["match_weight"]] for each in body["candidates"]]
    yield "log: query", remade.query
    yield "log: code", remade.code
    for name in ("model", "rules"):
        yield f"log: {name}", kept.columns[f"{name}_version"]
    for name in ("register_seq", "tail_seq"):
        yield f"log: {name}", kept.columns[name]
    for step in body["steps"]:
        yield f"log: step {step[0]}", _step(*step[1:])
