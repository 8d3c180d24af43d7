"""One transaction's worth of a plan: what it reads at its start, what its rows change, what it writes at its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from casework.code_scheme import PERSONAL, code_policy
from casework.effects import HEAD, Effects, HouseholdState, PersonState, of_issue, of_link
from casework.find import check_keys
from casework.foresee import after_change, after_issue, household_states, record_digest
from casework.types import Home, Viewer
from matching.block import emitted, single_key
from matching.normalise import normalise
from matching.steps import search_rules
from registry import codes, decisions, deliveries, log, people, plans, queue, tail
from registry.decisions import CandidateRecord, Decision
from registry.engine import WriteSession
from registry.plans import Plan, PlannedRow


class Chunk:
    """Rows that are applied in one transaction, in order; later rows see what earlier ones changed."""

    def __init__(
        self, home: Home, session: WriteSession, plan: Plan, rows: Sequence[PlannedRow], viewer: Viewer
    ) -> None:
        check_keys(session)
        self._session, self._plan, self._viewer = session, plan, viewer
        self._scheme = code_policy(home).scheme_at(session.at)
        self._code_key, self._log_key = home.key("code_permutation"), home.key("log_digest")
        # what the tail has forgotten since the plan's T cannot be looked through again
        self.is_outgrown = session.value_of_state("floor_seq") > plan.tail_seq
        own_numbers = [number for row in rows if (number := self._own_number(row.body)) is not None]
        self._known_numbers = codes.known(session, own_numbers)
        self.strange = plans.strange_keys(session, plan, [key_hash for row in rows for key_hash in row.asked])
        ids = [row.row_id for row in rows]
        self._decided = {row_id: row.decision_no for row_id, row in decisions.current(session, ids).items()}
        intake = deliveries.rows(session, ids, viewer)
        self._provinces = dict(intake.select("row_id", "province").iter_rows())
        self._meanings = {row["row_id"]: row for row in deliveries.understood(intake).iter_rows(named=True)}
        self._waiting_for = [row.body["waits_for_row"] for row in rows if row.body.get("waits_for_row")]
        self._open = {item["row_id"] for item in queue.open_items(session, self._waiting_for) if item["kind"] == "row"}
        self._earlier = self._decisions_of([row.body.get("same_as_row") for row in rows])
        targets = [target for row in rows if (target := self._target_person(row.body)) is not None]
        self._people = self._read_people(targets)
        self._codes = codes.standing(session, targets)
        named = {meaning["household_code"] for meaning in self._meanings.values()}
        named = (named | {person.household_code for person in self._people.values()}) - {None}
        self._households = household_states(session, named, viewer)
        self._reopened = {
            item["row_id"]: item["item_id"] for item in queue.open_items(session, ids) if item["kind"] == "row"
        }

        self._decisions: list[Decision] = []
        self._acts: list[log.Act] = []
        self._drafts: list[dict[str, Any]] = []
        self._versions: list[dict[str, Any]] = []
        self._memberships: list[dict[str, Any]] = []
        self._new_codes: list[dict[str, Any]] = []
        self._requests: list[dict[str, Any]] = []
        self._items: list[dict[str, Any]] = []
        self._closed: list[int] = []
        self._revised: list[dict[str, Any]] = []
        self._changed: dict[int, list[int] | None] = {}
        self._member_keys: dict[int, list[int] | None] = {}
        self._row_keys: dict[int, list[int]] = {}

    # what is read ---------------------------------------------------------------------------------------------------

    def _decisions_of(self, row_ids: Sequence[int | None]) -> dict[int, tuple[int, str]]:
        """row_id → (person_id, code) of rows that have been linked or issued."""
        known = [row_id for row_id in row_ids if row_id is not None]
        return {
            row_id: (row.person_id, row.bhxh_code)
            for row_id, row in decisions.current(self._session, known).items()
            if row.outcome in ("linked", "issued")
        }

    def _target_person(self, body: Mapping[str, Any]) -> int | None:
        if body.get("same_as_row") is not None:
            earlier = self._earlier.get(body["same_as_row"])
            return None if earlier is None else earlier[0]
        return body.get("person_id")

    def _read_people(self, person_ids: Sequence[int]) -> dict[int, PersonState]:
        records = people.records(self._session, person_ids, self._viewer)
        since = people.members_since(self._session, person_ids)
        return {
            row["record_id"]: PersonState(row["record_id"], row, since.get(row["record_id"]))
            for row in records.iter_rows(named=True)
        }

    def is_superseded(self, row: PlannedRow) -> bool:
        """Whether the row was decided otherwise since it was planned: by a person, or by a second process."""
        return bool(self._decided.get(row.row_id, 0) != row.body["decision_no"])

    def must_wait(self, row: PlannedRow) -> bool:
        """Whether the row speaks of a person whom an earlier row of this transaction changed: one change a seq."""
        return self._target_person(row.body) in self._changed

    def is_waiting(self, row_id: int) -> bool:
        """Whether a row is in review, before this transaction or within it."""
        return row_id in self._open

    def link_target(self, body: Mapping[str, Any]) -> tuple[int, str] | None:
        """(person_id, code) that a link goes to now; None when that is no longer so."""
        person_id = self._target_person(body)
        if person_id is None:
            return None
        code = self._codes.active.get(person_id)
        if code is None or person_id in self._codes.disputed:
            return None
        was_deceased = body.get("is_deceased")
        is_as_planned = was_deceased is None or was_deceased == self._people[person_id].is_deceased
        return (person_id, code) if is_as_planned else None

    def _own_number(self, body: Mapping[str, Any]) -> str | None:
        """The number that an issue takes in place of a drawn one; the day of this transaction tells whether it does."""
        return body.get("own_number") if self._scheme == PERSONAL else None

    def is_number_taken(self, body: Mapping[str, Any]) -> bool:
        """Whether an issue would use a number again, and no officer has said that the person is new all the same."""
        return self._own_number(body) in self._known_numbers and not body["judged_new"]

    # what rows do ---------------------------------------------------------------------------------------------------

    def issue(self, row: PlannedRow, body: Mapping[str, Any]) -> None:
        """A new person with one new code."""
        meaning = self._meanings[row.row_id]
        (person_id,) = self._session.next_ids("person", 1)
        code = self._own_number(body)
        if code is None or code in self._known_numbers:
            code = codes.issue(self._session, self._code_key, self._provinces[row.row_id])
        else:
            codes.take(self._session, code)
            self._known_numbers.add(code)
        household = self._households.get(meaning["household_code"])
        effects = of_issue(person_id, meaning, household)
        record = after_issue(meaning, household, effects)
        self._drafts.append(people.draft(person_id, record, flags=meaning["flags"], row_id=row.row_id))
        self._new_codes.append({"code": code, "person_id": person_id, "status": "active"})
        self._take_effect(row, body, PersonState(person_id, record), effects)
        self._mark_changed(person_id, record, body, single_key(search_rules(), "code", code))
        self._decide(row, body, person_id, code)

    def link(self, row: PlannedRow, body: Mapping[str, Any]) -> None:
        """A known person, and what the change means for him."""
        target = self.link_target(body)
        if target is None:
            raise RuntimeError(f"row {row.row_id}: its link was not checked")
        person_id, code = target
        meaning, person = self._meanings[row.row_id], self._people[person_id]
        household = self._households.get(meaning["household_code"])
        effects = of_link(person, meaning, household, may_record_death=bool(body.get("number_agrees")))
        record = after_change(person.record, household, effects)
        if effects.changes:
            self._versions.append(people.draft(person_id, record, status=record["status"], row_id=row.row_id))
        self._take_effect(row, body, PersonState(person_id, record), effects)
        if person.record["relation_to_head"] == HEAD:
            self._note_lost_head(person, effects)
        self._decide(row, body, person_id, code)

    def review(self, row: PlannedRow, body: Mapping[str, Any]) -> None:
        """The row waits for a person; until then other rows find it by its keys."""
        item = {"reason": body["reason"], "waits_for_row_id": body.get("waits_for_row")}
        if row.row_id in self._reopened:
            self._revised.append({"item_id": self._reopened[row.row_id], **item})
        else:
            self._items.append({"row_id": row.row_id, "kind": "row", **item})
        self._row_keys[row.row_id] = body.get("emitted", [])
        self._open.add(row.row_id)
        self._decide(row, body, None, None)

    def return_row(self, row: PlannedRow, body: Mapping[str, Any]) -> None:
        """The row goes back to its sender."""
        self._decide(row, body, None, None)

    def _take_effect(self, row: PlannedRow, body: Mapping[str, Any], person: PersonState, effects: Effects) -> None:
        """Notes what is to be written; `person` is as the effects leave him."""
        person_id, record = person.person_id, person.record
        self._people[person_id] = person
        if effects.membership is not None:
            household_code, relation = effects.membership
            self._memberships.append(
                {
                    "person_id": person_id,
                    "household_code": household_code,
                    "relation": relation,
                    "event_date": self._meanings[row.row_id]["event_date"],
                    "row_id": row.row_id,
                    "load_id": None,
                }
            )
            if not effects.is_past:
                self._note_head(person, body)
        if effects.membership is not None or effects.changes:
            self._mark_changed(person_id, record, body)
        self._requests.extend({"row_id": row.row_id, "person_id": person_id, **request} for request in effects.requests)
        for kind in effects.waits:
            reason = "household_conflict" if kind == "household" else kind
            self._items.append({"row_id": row.row_id, "kind": kind, "reason": reason, "waits_for_row_id": None})

    def _note_head(self, person: PersonState, body: Mapping[str, Any]) -> None:
        """A new head is known to later rows, and changes the name by which the household's members are found."""
        state = self._households.get(person.household_code or "")
        if person.record["relation_to_head"] == HEAD and state is not None:
            name = person.record["full_name"]
            heads, members = state.heads | {person.person_id}, state.members | {person.person_id}
            self._households[state.household_code] = HouseholdState(state.household_code, heads, members, name)
            foreseen = (body.get("foreseen") or {}).get("members", {})
            for member in state.members - {person.person_id}:
                # whom an earlier row of this transaction changed has other keys than those foreseen
                self._member_keys[member] = None if member in self._changed else foreseen.get(str(member))
                self._changed[member] = None

    def _note_lost_head(self, person: PersonState, effects: Effects) -> None:
        """A head who leaves or dies is known to later rows; another head is then who its members are found by."""
        state = self._households.get(person.household_code or "")
        leaves = effects.membership is not None and not effects.is_past
        if state is None or not (leaves or effects.changes.get("status") == "deceased"):
            return
        heads, members, name = state.heads - {person.person_id}, state.members, state.head_name
        if leaves:
            members, name = members - {person.person_id}, None
        if heads:
            name = people.records(self._session, [min(heads)], self._viewer)["full_name"].item()
            self._changed.update(dict.fromkeys(members))
            self._member_keys = {member: keys for member, keys in self._member_keys.items() if member not in members}
        self._households[state.household_code] = HouseholdState(state.household_code, heads, members, name)

    def _mark_changed(
        self, person_id: int, record: Mapping[str, Any], body: Mapping[str, Any], *more_keys: int
    ) -> None:
        """The person enters the tail: with the keys that the plan foresaw, where it foresaw this very record."""
        foreseen = body.get("foreseen")
        if foreseen is not None and foreseen.get("digest") == record_digest(record):
            self._changed[person_id] = [*foreseen["keys"], *more_keys]
        else:
            self._changed[person_id] = None

    def _decide(self, row: PlannedRow, body: Mapping[str, Any], person_id: int | None, code: str | None) -> None:
        if body["outcome"] != "review" and row.row_id in self._reopened:
            self._closed.append(self._reopened[row.row_id])
        if person_id is not None and code is not None:
            self._earlier[row.row_id] = (person_id, code)
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
                decided_by=self._viewer.by,
                batch_id=plan.batch_id,
                candidate_codes=body.get("candidate_codes", ()),
                candidates=[_candidate_record(candidate) for candidate in body["candidates"]],
                evidence={name: body.get(name) for name in ("steps", "lacks", "number_agrees")},
            )
        )
        self._log(row, body, person_id)

    def _log(self, row: PlannedRow, body: Mapping[str, Any], person_id: int | None) -> None:
        plan = self._plan
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
            self._acts.append(log.Act("search_step", content, row.row_id))
        best = [[entry["record_id"], entry["match_weight"]] for entry in body["candidates"]]
        content = {
            **common,
            "outcome": body["outcome"],
            "reason": body.get("reason"),
            "person": person_id,
            "best": best,
        }
        self._acts.append(log.Act("decision", content, row.row_id))

    def _digest(self, row: PlannedRow) -> str:
        """The keyed digest of what the row searched with."""
        return self._log_key.digest(json.dumps(sorted(row.asked)))

    # what is written ------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Writes everything that the rows changed."""
        session = self._session
        people.add_persons(session, self._drafts, "issued")
        people.add_versions(session, self._versions)
        codes.add_codes(session, self._new_codes, "issued")
        households = people.household_ids(session, {held["household_code"] for held in self._memberships} - {None})
        people.add_memberships(
            session,
            [{**held, "household_id": households.get(held["household_code"])} for held in self._memberships],
        )
        decisions.add(session, self._decisions)
        decisions.add_change_requests(session, self._requests)
        queue.close(session, self._closed, self._viewer)
        queue.revise(session, self._revised)
        queue.add_items(session, self._items)
        self._write_keys()
        log.append(session, self._viewer, self._acts)

    def _write_keys(self) -> None:
        """The keys of changed persons and of rows that wait; rows that no longer wait lose theirs."""
        tail.drop(self._session, [-item.row_id for item in self._decisions if item.row_id not in self._row_keys])
        moved_on = tail.changed_among(self._session, self._member_keys, self._plan.tail_seq)
        self._changed.update(
            {member: keys for member, keys in self._member_keys.items() if member not in moved_on and keys is not None}
        )
        unforeseen = [person_id for person_id, keys in self._changed.items() if keys is None]
        if unforeseen:
            records = people.records(self._session, unforeseen, self._viewer)
            tail.put(self._session, emitted(normalise(records), search_rules()), self._plan)
        known = {person_id: keys for person_id, keys in self._changed.items() if keys is not None}
        waiting = {-row_id: keys for row_id, keys in self._row_keys.items()}
        tail.put_keys(self._session, {**known, **waiting}, self._plan)


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
