"""One transaction's worth of a plan: what it reads at its start, what its rows change, what it writes at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from casework.deciding.code_scheme import PERSONAL, CodePolicy
from casework.deciding.course import Course
from casework.deciding.effects import Effects
from casework.deciding.find import check_keys
from casework.deciding.foresee import record_digest
from casework.types import Home, Viewer
from matching.block import emitted, single_key
from matching.normalise import normalise
from matching.steps import search_rules
from registry import codes, decisions, log, people, plans, queue, searches, tail
from registry.decisions import CandidateRecord, Decision
from registry.engine import WriteSession
from registry.plans import OpenRow, Plan


@dataclass(frozen=True)
class Work:
    """What every transaction of a plan goes by: the office's code policy as it was when the work began."""

    home: Home
    plan: Plan
    policy: CodePolicy
    viewer: Viewer


class Chunk:
    """Rows that are applied in one transaction, in order; later rows see what earlier ones changed."""

    def __init__(self, session: WriteSession, work: Work, rows: Sequence[OpenRow]) -> None:
        check_keys(session)
        home, plan, viewer = work.home, work.plan, work.viewer
        self._session, self._plan, self._viewer = session, plan, viewer
        self._scheme = work.policy.scheme_at(session.at)
        self._log_key = home.key("log_digest")
        # what the tail has forgotten since the plan's T cannot be looked through again
        self.is_outgrown = session.floor_seq > plan.tail_seq
        self.strange = plans.strange_keys(session, plan, [key_hash for row in rows for key_hash in row.asked])
        self._numbers = {row.row_id: row.decision_no for row in rows}
        self._reopened = {row.row_id for row in rows if row.item_id is not None}
        self.overruled = queue.words_since(session, self._reopened, plan.tail_seq)
        # what somebody said is his, whoever carries it out
        self._officers = queue.officers(session, self._reopened - self.overruled)
        self._waiting_for = [row.body["waits_for_row"] for row in rows if row.body.get("waits_for_row")]
        self._open = {item["row_id"] for item in queue.open_items(session, self._waiting_for) if item["kind"] == "row"}
        self._waits = queue.waits_from(session, self._waiting_for)
        named = ("same_as_row", "rests_on")
        self._earlier = self._decisions_of([row.body.get(name) for row in rows for name in named])
        targets = [target for row in rows if (target := self._target_person(row.body)) is not None]
        households = {row.meaning["household_code"] for row in rows} - {None}
        self._course = Course(session, targets, households, viewer)
        self._course.read_members(row.meaning for row in rows)
        new = [row for row in rows if row.body["outcome"] == "issued"]
        self._person_ids = iter(session.next_ids("person", len(new)))
        own_numbers = {row.row_id: number for row in new if (number := self._own_number(row.body)) is not None}
        drawing = [row.province for row in new if row.row_id not in own_numbers]
        self._draws = codes.Draws(session, home.key("code_permutation"), drawing, own_numbers.values())

        self._decisions: list[Decision] = []
        self._acts: list[log.Act] = []
        self._steps = 0
        self._drafts: list[dict[str, Any]] = []
        self._versions: list[dict[str, Any]] = []
        self._memberships: list[dict[str, Any]] = []
        self._new_codes: list[dict[str, Any]] = []
        self._requests: list[dict[str, Any]] = []
        self._items: list[dict[str, Any]] = []
        self._closed: dict[int, str] = {}
        self._settled: list[int] = []
        self._revised: list[dict[str, Any]] = []
        self._foreseen: dict[str, list[int]] = {}
        self._gained: set[int] = set()
        self._is_surprised = False
        self._row_keys: dict[int, list[int]] = {}

    # what is read ---------------------------------------------------------------------------------------------------

    def _decisions_of(self, row_ids: Sequence[int | None]) -> dict[int, tuple[int, str]]:
        """row_id → (person_id, code) of rows that have been linked or issued."""
        known = [row_id for row_id in row_ids if row_id is not None]
        found = decisions.current(self._session, known)
        self._issued = {row_id for row_id, row in found.items() if row.outcome == "issued"}
        return {
            row_id: (row.person_id, row.bhxh_code)
            for row_id, row in found.items()
            if row.outcome in ("linked", "issued")
        }

    def _target_person(self, body: Mapping[str, Any]) -> int | None:
        if body.get("same_as_row") is not None:
            # it was set against somebody new; whoever the row was linked to instead it was not set against
            earlier = self._earlier.get(body["same_as_row"]) if body["same_as_row"] in self._issued else None
            return None if earlier is None else earlier[0]
        return body.get("person_id")

    def is_superseded(self, row: OpenRow) -> bool:
        """Whether the row was decided otherwise since it was planned, or is settled."""
        return row.decision_no != row.body["decision_no"] or (row.decision_no > 0 and row.item_id is None)

    def must_wait(self, row: OpenRow) -> bool:
        """Whether the row is for the next transaction.

        It is where it speaks of a person whom an earlier row of this one changed (one change a seq), and where somebody
        came out of an earlier row otherwise than the plan foresaw: by which keys he is found is then known at the end.
        """
        return self._is_surprised or self._target_person(row.body) in self._course.changed

    def is_waiting(self, row_id: int) -> bool:
        """Whether a row is in review, before this transaction or within it."""
        return row_id in self._open

    def _would_wait_for_itself(self, row_id: int, target: int) -> bool:
        """Whether the row that this one is to wait for waits, by way of others, for this one."""
        passed = {row_id}
        at: int | None = target
        while at is not None and at not in passed:
            passed.add(at)
            at = self._waits.get(at)
        return at is not None

    def link_target(self, body: Mapping[str, Any]) -> tuple[int, str] | None:
        """(person_id, code) that a link goes to now; None when that is no longer so."""
        person_id = self._target_person(body)
        if person_id is None:
            return None
        rests_on = body.get("rests_on")
        if rests_on is not None and self._earlier.get(rests_on, (None, None))[0] != person_id:
            # the row by which this one was found to be his was decided otherwise than planned
            return None
        person = self._course.people[person_id]
        code = person.record["active_code"]
        if code is None or person.record["is_disputed"]:
            return None
        was_deceased = body.get("is_deceased")
        is_as_planned = was_deceased is None or was_deceased == person.is_deceased
        return (person_id, code) if is_as_planned else None

    def _own_number(self, body: Mapping[str, Any]) -> str | None:
        """The number that an issue takes in place of a drawn one; the day of this transaction tells whether it does."""
        return body.get("own_number") if self._scheme == PERSONAL else None

    def is_number_taken(self, body: Mapping[str, Any]) -> bool:
        """Whether an issue would use a number again, and no officer has said that the person is new all the same."""
        number = self._own_number(body)
        return number is not None and self._draws.is_known(number) and not body["judged_new"]

    # what rows do ---------------------------------------------------------------------------------------------------

    def issue(self, row: OpenRow, body: Mapping[str, Any]) -> None:
        """A new person with one new code."""
        meaning = row.meaning
        person_id = next(self._person_ids)
        code = self._own_number(body)
        if code is None or self._draws.is_known(code):
            code = self._draws.draw(row.province)
        else:
            self._draws.take(code)
        effects = self._course.issue(person_id, meaning)
        record = self._course.people[person_id].record
        self._drafts.append(people.draft(person_id, record, flags=meaning["flags"], row_id=row.row_id))
        self._new_codes.append({"code": code, "person_id": person_id, "status": "active"})
        self._take_effect(row, body, person_id, effects)
        self._decide(row, body, person_id, code)

    def link(self, row: OpenRow, body: Mapping[str, Any]) -> None:
        """A known person, and what the change means for him."""
        target = self.link_target(body)
        if target is None:
            raise RuntimeError(f"row {row.row_id}: its link was not checked")
        person_id, code = target
        effects = self._course.link(person_id, row.meaning, may_record_death=bool(body.get("number_agrees")))
        if effects.changes:
            record = self._course.people[person_id].record
            self._versions.append(people.draft(person_id, record, status=record["status"], row_id=row.row_id))
        self._take_effect(row, body, person_id, effects)
        self._decide(row, body, person_id, code)

    def review(self, row: OpenRow, body: Mapping[str, Any]) -> None:
        """The row waits for a person; until then other rows find it by its keys.

        Rows that were decided apart may each be planned to wait for the next. The last of them waits for nobody and is
        decided once more, without those that wait for it; they follow.
        """
        target = body.get("waits_for_row")
        self._waits.pop(row.row_id, None)
        if target is not None and self._would_wait_for_itself(row.row_id, target):
            body, target = {**body, "reason": "stale", "waits_for_row": None}, None
        if target is not None:
            self._waits[row.row_id] = target
        item = {"reason": body["reason"], "waits_for_row_id": target}
        if row.item_id is not None:
            self._revised.append({"item_id": row.item_id, **item})
        else:
            self._items.append({"row_id": row.row_id, "kind": "row", **item})
        self._row_keys[row.row_id] = body.get("emitted", [])
        self._open.add(row.row_id)
        self._decide(row, body, None, None)

    def return_row(self, row: OpenRow, body: Mapping[str, Any]) -> None:
        """The row goes back to its sender."""
        self._decide(row, body, None, None)

    def _take_effect(self, row: OpenRow, body: Mapping[str, Any], person_id: int, effects: Effects) -> None:
        """Notes what is to be written of what the row changed."""
        self._foreseen.update(body.get("foreseen") or {})
        # a later row of the plan that asks for such a key was not set against who has it now
        self._gained.update(body.get("gained") or ())
        self.strange |= self._gained
        left = (record_digest(self._course.changed[person]) for person in self._course.latest)
        self._is_surprised |= any(digest not in self._foreseen for digest in left)
        if effects.membership is not None:
            code, relation = effects.membership
            self._memberships.append(
                {
                    "person_id": person_id,
                    "household_code": code,
                    "relation": relation,
                    "event_date": row.meaning["event_date"],
                    "row_id": row.row_id,
                    "load_id": None,
                }
            )
        self._requests.extend({"row_id": row.row_id, "person_id": person_id, **request} for request in effects.requests)
        for kind in effects.waits:
            reason = "household_conflict" if kind == "household" else kind
            self._items.append({"row_id": row.row_id, "kind": kind, "reason": reason, "waits_for_row_id": None})

    def _decide(self, row: OpenRow, body: Mapping[str, Any], person_id: int | None, code: str | None) -> None:
        if body["outcome"] != "review":
            self._waits.pop(row.row_id, None)
        if body["outcome"] != "review" and row.item_id is not None:
            self._closed[row.item_id] = self._decider(row)
            self._settled.append(row.row_id)
        if person_id is not None and code is not None:
            self._earlier[row.row_id] = (person_id, code)
            if body["outcome"] == "issued":
                self._issued.add(row.row_id)
        plan = self._plan
        self._decisions.append(
            Decision(
                row_id=row.row_id,
                outcome=body["outcome"],
                reason=body.get("reason"),
                person_id=person_id,
                bhxh_code=code,
                match_weight=body.get("match_weight"),
                posterior=body.get("posterior"),
                runner_up_weight=body.get("runner_up_weight"),
                model_version=plan.model_version,
                rules_version=plan.rules_version,
                register_seq=plan.register_seq,
                tail_seq=plan.tail_seq,
                decided_by=self._decider(row),
                batch_id=plan.batch_id,
                candidate_codes=body.get("candidate_codes", ()),
                candidates=[_candidate_record(candidate) for candidate in body["candidates"]],
                evidence={name: body.get(name) for name in ("steps", "lacks", "number_agrees", "waits_for_row")},
            )
        )
        self._steps += len(body["steps"])
        self._log(row, body, person_id, code)

    def _log(self, row: OpenRow, body: Mapping[str, Any], person_id: int | None, code: str | None) -> None:
        plan, by = self._plan, self._decider(row)
        digest = self._digest(row)
        common = {
            "rules": plan.rules_version,
            "model": plan.model_version,
            "register_seq": plan.register_seq,
            "tail_seq": plan.tail_seq,
            "query": digest,
        }
        for step, status, hits, found in body["steps"]:
            content = {**common, "step": step, "status": status, "hits": hits, "candidates": found}
            self._acts.append(log.Act("search_step", content, row.row_id, by))
        best = [[entry["record_id"], entry["match_weight"]] for entry in body["candidates"]]
        content = {
            **common,
            "outcome": body["outcome"],
            "reason": body.get("reason"),
            "person": person_id,
            "code": None if code is None else self._log_key.digest(code),
            "steps": len(body["steps"]),
            "best": best,
        }
        self._acts.append(log.Act("decision", content, row.row_id, by))

    def _decider(self, row: OpenRow) -> str:
        return self._officers.get(row.row_id, self._viewer.by)

    def _digest(self, row: OpenRow) -> str:
        """The keyed digest of what the row searched with."""
        return self._log_key.digest(orjson.dumps(sorted(row.asked)).decode())

    # what is written ------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Writes everything that the rows changed."""
        session = self._session
        people.add_persons(session, self._drafts, "issued")
        people.add_versions(session, self._versions)
        self._draws.write()
        codes.add_codes(session, self._new_codes, "issued")
        households = people.household_ids(session, {held["household_code"] for held in self._memberships} - {None})
        people.add_memberships(
            session,
            [{**held, "household_id": households.get(held["household_code"])} for held in self._memberships],
        )
        decisions.add(session, self._decisions, self._numbers)
        decisions.add_change_requests(session, self._requests)
        queue.close(session, self._closed)
        queue.revise(session, self._revised)
        queue.add_items(session, self._items)
        self._write_keys()
        searches.count(session, self._steps)
        log.append(session, self._viewer, self._acts)

    def _write_keys(self) -> None:
        """The keys of changed persons and of rows that wait; rows that no longer wait lose theirs."""
        tail.drop(self._session, [-row_id for row_id in self._settled])
        codes_of: dict[int, list[str]] = {}
        for held in self._new_codes:
            codes_of.setdefault(held["person_id"], []).append(held["code"])
        known: dict[int, list[int]] = {-row_id: keys for row_id, keys in self._row_keys.items()}
        unforeseen: list[int] = []
        for person_id, record in self._course.changed.items():
            keys = self._foreseen.get(record_digest(record))
            if keys is None:
                unforeseen.append(person_id)
            else:
                held_codes = codes_of.get(person_id) or record["codes"]
                known[person_id] = [*keys, *(single_key(search_rules(), "code", code) for code in held_codes)]
        if unforeseen:
            records = people.records(self._session, unforeseen, self._viewer)
            tail.put(self._session, emitted(normalise(records), search_rules()))
        new_rows = {-row_id for row_id in self._row_keys.keys() - self._reopened}
        tail.put_keys(self._session, known, self._plan, gained=self._gained, fresh=codes_of.keys() | new_rows)


def _candidate_record(candidate: Mapping[str, Any]) -> CandidateRecord:
    record_id = candidate["record_id"]
    return CandidateRecord(
        person_id=record_id if record_id > 0 else None,
        other_row_id=-record_id if record_id < 0 else None,
        match_weight=candidate["match_weight"],
        posterior=candidate["posterior"],
        weights=candidate["weights"],
        sentence=candidate["sentence"],
    )
