"""The ledger itself refuses what would break a promise, whoever writes to it: by SQL, and through the program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

import sql
from casework.errors import IntegrityError
from casework.types import Home, Viewer
from registry import codes, decisions, deliveries, log, people, plans, queue
from registry.decisions import CandidateRecord, Decision
from registry.engine import WriteSession
from tests.engines import Model, Places
from tests.planting import unguarded

MIGRATIONS = "".join(script for _, script in sql.migrations("sqlite"))
HISTORY = [*re.findall(r"^-- history:.*\n(?:--.*\n)*create table (\w+)", MIGRATIONS, re.MULTILINE), "number_known"]
_REFUSED = re.compile(r"^-- refused: (.+) \((.+)\)$", re.MULTILINE)

#: one row in each history table that has none, and what the refused statements are made of
PREPARED = """
insert into person values (900001, 'issued', 1, '');
insert into number_known values ('9900000001', 1), ('990000000x', 1);
insert into judgement select 900001, min(row_id), '', null, null, 'same', null, 1, '', '', null from intake_row;
insert into register_reject select load_id, 900001, '[]' from register_load;
insert into account values (900001, 'lan', '', 1, '');
insert into account_version values (900001, 1, 'Lan', '01', 'xa-01', 0, null, 0);
insert into sign_in_attempt values (900001, '', 0, 1, '');
insert into measure values (900001, 'lan', 'late', '01', null, 1);
insert into measure_step values (900001, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01', 1, '', 'x');
insert into measure_case values (900001, 1, 'late', '1', null, null);
insert into undo select 900001, item_id, row_id, null, item_id, 1, '', '' from queue_item limit 1;
insert into judgement_withdrawn values (900001, 1);
insert into membership_reversed select person_id, seq, 1 from membership limit 1;
insert into question
select 900001, q.item_id, q.row_id, 900001, '66', 'papers', null, 1, '', '', 'lan' from queue_item as q limit 1;
insert into answer values (900001, 'same', null, 1, '', '', 'binh', '66');
insert into alive_word
select v.person_id, v.seq, q.item_id, null, 1, '', '', 'lan' from person_version as v, queue_item as q limit 1;
create table decision_draft as select * from decision where outcome = 'returned' limit 1;
update decision_draft set decision_no = 900001;
"""

_DECIDED_AGAIN = """
insert into decision
select
  row_id, decision_no + 1, batch_id, outcome, reason, person_id, bhxh_code, match_weight, posterior, runner_up_weight,
  candidates, model_version, rules_version, register_seq, tail_seq, evidence, seq, decided_at, decided_by
from decision_current
where row_id = (select min(row_id) from decision_current where outcome = 'an outcome')
"""

#: the columns of an index of PostgreSQL, as SQLite names them in its message
_INDEXED = """
select t.relname || '.' || a.attname
from pg_class as i
join pg_index as x on x.indexrelid = i.oid
join pg_class as t on t.oid = x.indrelid
cross join lateral unnest(x.indkey::int2[]) with ordinality as k (attnum, place)
join pg_attribute as a on a.attrelid = t.oid and a.attnum = k.attnum
where i.relname = :name
order by k.place
"""


def _refused() -> Iterator[tuple[str, str, str]]:
    text = (Path(__file__).parent / "refused.sql").read_text(encoding="utf-8")
    parts = _REFUSED.split(text)[1:]
    yield from zip(parts[::3], parts[1::3], parts[2::3], strict=True)


@pytest.fixture(scope="module")
def prepared(decided_home: Model, places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A copy of the decided home, prepared."""
    model = decided_home.copied(tmp_path_factory.mktemp("constraints") / "home", places)
    home = model.opened()
    with unguarded(home) as ledger:
        ledger.run(PREPARED)
    yield home
    home.ledger.close()
    places.drop(model.ledger_url)


@pytest.fixture
def ledger(prepared: Home) -> Iterator[sa.Connection]:
    """A connection as the program opens it, under the issuing lock; what it writes is undone."""
    with prepared.ledger.store.write_engine.connect() as connection:
        transaction = connection.begin()
        yield connection.execution_options(no_parameters=True)
        transaction.rollback()


def constraint_of(error: sa.exc.DBAPIError, home: Home) -> str:
    """What forbade a statement: the columns of a unique index, or the kind of the constraint."""
    said = home.ledger.store.says(error)
    if home.ledger.store.kind == "sqlite":
        found = re.fullmatch(r"(?:UNIQUE constraint failed: (.+)|(CHECK|FOREIGN KEY) constraint.*)", said, re.DOTALL)
        return said if found is None else found[1] or found[2]
    assert isinstance(error.orig, psycopg.Error)
    match error.orig.sqlstate:
        case "23503":
            return "FOREIGN KEY"
        case "23514":
            return "CHECK"
        case "23505":
            index = {"name": error.orig.diag.constraint_name}
            with home.ledger.store.read_engine.connect() as connection:
                return ", ".join(connection.execute(sa.text(_INDEXED), index).scalars())
    return said


@pytest.mark.parametrize(("constraint", "script"), [pytest.param(*rest, id=what) for what, *rest in _refused()])
def test_the_ledger_refuses(prepared: Home, ledger: sa.Connection, constraint: str, script: str) -> None:
    *before, refused = [text for text in script.split(";") if text.strip()]
    for statement in before:
        ledger.exec_driver_sql(statement)
    with pytest.raises(sa.exc.IntegrityError) as caught:
        ledger.exec_driver_sql(refused)
    assert constraint_of(caught.value, prepared) == constraint


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("statement", ["delete from {table}", "update {table} set {column} = {column}"])
def test_history_is_not_rewritten(ledger: sa.Connection, table: str, statement: str) -> None:
    column = sa.inspect(ledger).get_columns(table)[0]["name"]
    with pytest.raises(sa.exc.DatabaseError, match=f"{table} is history"):
        ledger.exec_driver_sql(statement.format(table=table, column=column))


@pytest.mark.parametrize("column", ["code_id", "code", "person_id", "origin", "seq"])
@pytest.mark.parametrize("statement", ["update code set {column} = {column}"])
def test_a_code_stays_with_its_person(ledger: sa.Connection, statement: str, column: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="a code stays with its person"):
        ledger.exec_driver_sql(statement.format(column=column))


@pytest.mark.parametrize("outcome", ["linked", "issued", "returned"])
def test_a_settled_row_stays_settled(ledger: sa.Connection, outcome: str) -> None:
    again = _DECIDED_AGAIN.replace("an outcome", outcome)
    with pytest.raises(sa.exc.DatabaseError, match="only where its decision was undone"):
        ledger.exec_driver_sql(again)


def test_an_issue_is_never_undone(ledger: sa.Connection) -> None:
    undone = """insert into undo
    select 900002, (select min(item_id) from queue_item), row_id, decision_no, (select min(item_id) from queue_item), 1,
      '', ''
    from decision where outcome = 'issued'"""
    with pytest.raises(sa.exc.DatabaseError, match="an issued code stands"):
        ledger.exec_driver_sql(undone)


def test_every_guarded_table_is_called_history() -> None:
    assert set(re.findall(r"before (?:update|delete) on (\w+)", MIGRATIONS)) == set(HISTORY)
    theirs = "".join(script for _, script in sql.migrations("postgresql"))
    assert set(re.findall(r"before update or delete or truncate on (\w+)", theirs)) == set(HISTORY)


# through the program ------------------------------------------------------------------------------------------------

VIEWER = Viewer("lan", "test")
NOBODY = 900_009


def decision(row_id: int, outcome: str, **values: Any) -> Decision:
    """A decision of a row, against the present ledger."""
    known = {"reason": None, "person_id": None, "bhxh_code": None, **values}
    weights: dict[str, Any] = {"match_weight": None, "posterior": None, "runner_up_weight": None}
    return Decision(row_id, outcome, **known, **weights, model_version="", rules_version="", register_seq=1,
                    tail_seq=1, decided_by="lan")  # fmt: skip


def first(session: WriteSession, text: str) -> Any:
    """The first value of a query."""
    return session.text_rows(text)[1][0][0]


def a_code(session: WriteSession) -> tuple[str, int]:
    """A code in force and its person."""
    code, person_id = session.text_rows("select code, person_id from code where status = 'active' order by code_id")[1][
        0
    ]
    return code, person_id


def a_row(session: WriteSession) -> int:
    """A row in review."""
    return int(first(session, "select min(row_id) from decision_current where outcome = 'review'"))


def drawn(session: WriteSession, home: Home, province: str) -> str:
    """A number of a province, drawn and written."""
    draws = codes.Draws(session, home.key("code_permutation"))
    number = draws.draw(province)
    draws.write()
    return number


def second_code(session: WriteSession, home: Home) -> None:
    _, person_id = a_code(session)
    number = drawn(session, home, "01")
    codes.add_codes(session, [{"code": number, "person_id": person_id, "status": "active"}], "issued")


def second_person(session: WriteSession, home: Home) -> None:
    code, _ = a_code(session)
    (person_id,) = session.next_ids("person", 1)
    people.add_persons(session, [people.draft(person_id, {})], "issued")
    codes.add_codes(session, [{"code": code, "person_id": person_id, "status": "active"}], "issued")


def unknown_number(session: WriteSession, home: Home) -> None:
    _, person_id = a_code(session)
    codes.add_codes(session, [{"code": "9900000009", "person_id": person_id, "status": "retired"}], "issued")


def lowered_counter(session: WriteSession, home: Home) -> None:
    session.text_rows("update code_counter set value = value - 1 returning value")
    drawn(session, home, first(session, "select province from code_counter"))


def person_twice(session: WriteSession, home: Home) -> None:
    (person_id,) = session.next_ids("person", 1)
    people.add_persons(session, [people.draft(person_id, {})] * 2, "issued")


def two_versions(session: WriteSession, home: Home) -> None:
    people.add_versions(session, [people.draft(a_code(session)[1], {})] * 2)


def lowered_ids(session: WriteSession, home: Home) -> None:
    session.text_rows("update id_counter set value = 0 where kind = 'person' returning value")
    (person_id,) = session.next_ids("person", 1)
    people.add_persons(session, [people.draft(person_id, {})], "issued")


def membership_of_nobody(session: WriteSession, home: Home) -> None:
    none = {"household_id": None, "relation": None, "event_date": None, "row_id": None, "load_id": None}
    people.add_memberships(session, [{"person_id": NOBODY, **none}])


def link_to_nobody(session: WriteSession, home: Home) -> None:
    decisions.add(session, [decision(a_row(session), "linked", person_id=NOBODY, bhxh_code="9900000001")])


def decision_of_no_row(session: WriteSession, home: Home) -> None:
    decisions.add(session, [decision(NOBODY, "returned")])


def issue_without_code(session: WriteSession, home: Home) -> None:
    decisions.add(session, [decision(a_row(session), "issued", person_id=a_code(session)[1])])


def review_without_reason(session: WriteSession, home: Home) -> None:
    decisions.add(session, [decision(a_row(session), "review")])


def candidate_of_nothing(session: WriteSession, home: Home) -> None:
    nothing = CandidateRecord(None, None, 0.0, 0.0, {}, "")
    decided = decision(a_row(session), "returned")
    decisions.add(session, [Decision(**{**decided.__dict__, "candidates": [nothing]})])


def item_twice(session: WriteSession, home: Home) -> None:
    item = {"row_id": a_row(session), "kind": "row", "reason": "weak", "waits_for_row_id": None}
    queue.add_items(session, [item, item])


def approval_of_nothing(session: WriteSession, home: Home) -> None:
    queue.approve(session, NOBODY, VIEWER)


def unknown_verdict(session: WriteSession, home: Home) -> None:
    pair = {"person_id": a_code(session)[1], "other_digest": None}
    verdict = {"row_id": a_row(session), "row_digest": "", **pair, "verdict": "perhaps", "note": None}
    queue.add_judgement(session, VIEWER, verdict)


def change_twice(session: WriteSession, home: Home) -> None:
    change = {"row_id": a_row(session), "person_id": a_code(session)[1], "field": "sex", "old_value": None}
    decisions.add_change_requests(session, [{**change, "new_value": "F"}, {**change, "new_value": "M"}])


def row_twice(session: WriteSession, home: Home) -> None:
    cells = {"cells": "{}", "understood": "{}", "event": None, "event_date": None, "sheet": None, "sheet_row": 2}
    rows = [{"row_identity": "the same", "row": number, **cells} for number in (1, 2)]
    delivery = deliveries.Delivery("xa-01", "01", "a.csv", "digest", "commune", "{}", 2)
    deliveries.add_delivery(session, delivery, rows, VIEWER)


def plan_of_no_batch(session: WriteSession, home: Home) -> None:
    plans.store(session, plans.Plan(NOBODY, 1, 1, 1, "", ""), [])


def lowered_log(session: WriteSession, home: Home) -> None:
    session.text_rows("update ledger_state set log_no = log_no - 1 returning log_no")
    log.append(session, VIEWER, [log.Act("check")])


#: what the program's own functions could be made to write, and the constraint that forbids it
THROUGH: Sequence[tuple[Callable[[WriteSession, Home], None], str]] = (
    (second_code, "code.person_id"),
    (second_person, "code.code"),
    (unknown_number, "FOREIGN KEY"),
    (lowered_counter, "code_draw.province, code_draw.value"),
    (person_twice, "person.person_id"),
    (lowered_ids, "person.person_id"),
    (two_versions, "person_version.person_id, person_version.seq"),
    (membership_of_nobody, "FOREIGN KEY"),
    (link_to_nobody, "FOREIGN KEY"),
    (decision_of_no_row, "FOREIGN KEY"),
    (issue_without_code, "CHECK"),
    (review_without_reason, "CHECK"),
    (candidate_of_nothing, "CHECK"),
    (item_twice, "queue_item.row_id, queue_item.kind"),
    (approval_of_nothing, "FOREIGN KEY"),
    (unknown_verdict, "CHECK"),
    (change_twice, "change_request.row_id, change_request.field, change_request.seq"),
    (row_twice, "intake_row.row_id"),
    (plan_of_no_batch, "FOREIGN KEY"),
    (lowered_log, "log_entry.entry_no"),
)


@pytest.mark.parametrize(("act", "constraint"), [pytest.param(*told, id=told[0].__name__) for told in THROUGH])
def test_the_ledger_refuses_the_program(
    prepared: Home, act: Callable[[WriteSession, Home], None], constraint: str
) -> None:
    def write() -> None:
        with prepared.ledger.writing() as session:
            people.household_ids(session, ["0188888888"])
            log.append(session, VIEWER, [log.Act("check")])
            act(session, prepared)

    with prepared.ledger.reading() as session:
        before = session.one("state")
    with pytest.raises(IntegrityError, match="Nothing was changed; run `motma check`") as caught:
        write()
    assert caught.value.exit_code == 13
    assert isinstance(caught.value.__cause__, sa.exc.IntegrityError)
    assert constraint_of(caught.value.__cause__, prepared) == constraint
    with prepared.ledger.reading() as session:
        assert session.one("state") == before
        assert people.known_households(session, ["0188888888"]) == {}


# measures against officers ------------------------------------------------------------------------------------------

#: an officer, the control team of his province, one of it who is concerned himself, and an open reminder about "late"
_MEASURED = """
insert into account values (900011, 'officer', '', 1, ''), (900012, 'team', '', 1, ''), (900013, 'both', '', 1, '');
insert into account_version values (900011, 1, 'O', '01', null, 0, null, 0);
insert into account_version values (900012, 1, 'T', '01', null, 0, null, 1);
insert into account_version values (900013, 1, 'B', '01', null, 0, null, 1);
insert into measure values (900011, 'officer', 'late', '01', null, 1), (900012, 'officer', 'late', '01', null, 1);
insert into measure values (900013, 'officer', 'other', '01', null, 1), (900014, 'both', 'late', '01', null, 1);
insert into measure_step values (900011, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01', 1, '', 'team');
"""
_STEP = "insert into measure_step values (step, 1, '', 'whom')"
_WHOM = "nobody in his own matter"
_STEPS = "step by step"
_ABOVE = "no rung without the one below"

#: what else was done, what is tried, what the ledger says
MEASURE_STEPS = {
    "opened from outside the team": (
        "",
        "900013, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01'",
        "lan",
        _WHOM,
    ),
    "opened in one's own matter": ("", "900014, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01'", "both", _WHOM),
    "opened above": ("", "900013, 1, 'opened', 'warning', null, 'a', null, '2026-01-01'", "team", _ABOVE),
    "opened beside": ("", "900012, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01'", "team", _ABOVE),
    "opened above what was unfounded": (
        "900011, 2, 'closed', 'reminder', 'unfounded', 'a', null, null",
        "900012, 1, 'opened', 'warning', null, 'a', null, '2026-01-01'",
        "team",
        _ABOVE,
    ),
    "answered by another": ("", "900011, 2, 'answered', 'reminder', null, 'a', null, null", "team", _WHOM),
    "closed by the officer": ("", "900011, 2, 'closed', 'reminder', 'upheld', 'a', null, null", "officer", _WHOM),
    "two rungs at once": ("", "900011, 2, 'escalated', 'proposal', null, 'a', null, '2026-01-01'", "team", _STEPS),
    "a step left out": ("", "900011, 3, 'escalated', 'warning', null, 'a', null, '2026-01-01'", "team", _STEPS),
    "behind its end": (
        "900011, 2, 'closed', 'reminder', 'upheld', 'a', null, null",
        "900011, 3, 'escalated', 'warning', null, 'a', null, '2026-01-01'",
        "team",
        _STEPS,
    ),
}


@pytest.mark.parametrize("what", MEASURE_STEPS)
def test_the_ledger_refuses_a_step_against_an_officer(ledger: sa.Connection, what: str) -> None:
    before, tried, by, said = MEASURE_STEPS[what]
    for statement in _MEASURED.split(";"):
        if statement.strip():
            ledger.exec_driver_sql(statement)
    if before:
        ledger.exec_driver_sql(_STEP.replace("(step", f"({before}").replace("whom", "team"))
    with pytest.raises(sa.exc.DatabaseError, match=said):
        ledger.exec_driver_sql(_STEP.replace("(step", f"({tried}").replace("whom", by))


def test_the_ledger_adds_no_case_behind_a_step(ledger: sa.Connection) -> None:
    for statement in _MEASURED.split(";"):
        if statement.strip():
            ledger.exec_driver_sql(statement)
    case = "insert into measure_case values (900011, 1, 'late', '{}', null, null)"
    ledger.exec_driver_sql(case.format(1))
    ledger.exec_driver_sql(
        _STEP.replace("(step", "(900011, 2, 'answered', 'reminder', null, 'a', null, null").replace("whom", "officer")
    )
    with pytest.raises(sa.exc.DatabaseError, match="a case comes with the step"):
        ledger.exec_driver_sql(case.format(2))
