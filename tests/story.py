"""What a ledger tells, so that two ledgers can be compared: all of it but ids, codes, times and seq."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from casework.types import Home

#: every row of the intake, with the name of the file that brought it first
_SENT = """
with sent as (
  select w.row_id, w.cells, w.source, w.row, t.file_name
  from intake_row as w
  join delivery as t on t.delivery_id = w.delivery_id
)"""

#: persons go by what is known of them, rows by the file that brought them first
STORY = {
    "outcomes": """
        select w.file_name, w.source, w.row, d.outcome, d.reason, v.full_name, v.birth_date, v.sex, v.personal_id,
          d.decided_by
        from sent as w
        left join decision_current as d on d.row_id = w.row_id
        left join person_current as v on v.person_id = d.person_id""",
    "weights": """
        select w.file_name, w.source, w.row, round(cast(d.match_weight as numeric), 3),
          round(cast(d.posterior as numeric), 4), d.evidence like '%cut%'
        from sent as w
        join decision_current as d on d.row_id = w.row_id""",
    "decisions": """
        select w.file_name, w.source, w.row, count(*)
        from decision as d
        join sent as w on w.row_id = d.row_id
        group by w.file_name, w.source, w.row""",
    "people": """
        select v.full_name, v.birth_date, v.sex, v.personal_id, v.residence_code, v.father_name, v.status, p.origin,
          (select count(*) from person_version as x where x.person_id = v.person_id),
          (select count(*) from code as k where k.person_id = v.person_id and k.status = 'active'),
          (select count(*) from code as k where k.person_id = v.person_id and k.status <> 'active')
        from person_current as v
        join person as p on p.person_id = v.person_id""",
    "memberships": """
        select v.full_name, v.birth_date, v.personal_id, h.household_code, m.relation, m.event_date, w.row
        from membership as m
        join person_current as v on v.person_id = m.person_id
        left join household as h on h.household_id = m.household_id
        left join intake_row as w on w.row_id = m.row_id""",
    "queue": """
        select w.file_name, w.source, w.row, q.kind, q.reason, q.state, q.closed_by, o.cells
        from queue_item as q
        join sent as w on w.row_id = q.row_id
        left join intake_row as o on o.row_id = q.waits_for_row_id""",
    "requests": """
        select w.file_name, w.source, w.row, v.full_name, r.field, r.old_value, r.new_value
        from change_request as r
        join person_current as v on v.person_id = r.person_id
        join sent as w on w.row_id = r.row_id""",
    "codes": "select substr(code, 1, 2), status, origin, count(*) from code group by 1, 2, 3",
    "draws": "select province, outcome, count(*), min(value), max(value) from code_draw group by 1, 2",
    "tail": """
        select coalesce(v.full_name || v.birth_date, w.cells), count(*)
        from search_key as k
        left join person_current as v on v.person_id = k.record_id
        left join intake_row as w on w.row_id = -k.record_id
        group by k.record_id, v.full_name, v.birth_date, w.cells""",
    "candidates": """
        select w.file_name, w.source, w.row, c.decision_no, c.rank, round(cast(c.match_weight as numeric), 3)
        from decision_candidate as c
        join sent as w on w.row_id = c.row_id""",
    "judgements": """
        select w.file_name, w.source, w.row, j.verdict, v.full_name, v.birth_date, j.note, j.judged_by
        from judgement as j
        join sent as w on w.row_id = j.row_id
        left join person_current as v on v.person_id = j.person_id
        where not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)""",
    "questions": """
        select w.file_name, w.source, w.row, v.full_name, s.province, s.about, s.note, s.asked_by, s.state, s.word,
          s.answer_note, s.answered_by
        from question_standing as s
        join sent as w on w.row_id = s.row_id
        join person_current as v on v.person_id = s.person_id""",
    "undone": """
        select w.file_name, w.source, w.row, q.kind, u.decision_no, u.undone_by
        from undo as u
        join queue_item as q on q.item_id = u.item_id
        join sent as w on w.row_id = u.row_id""",
    "approvals": """
        select w.file_name, w.source, w.row, q.kind, a.approved_by
        from approval as a
        join queue_item as q on q.item_id = a.item_id
        join sent as w on w.row_id = q.row_id""",
    "deliveries": """
        select t.file_name, t.source, t.province, t.digest, t.profile, t.rows, t.received_by, count(r.row)
        from delivery as t
        left join delivery_row as r on r.delivery_id = t.delivery_id
        group by t.delivery_id, t.file_name, t.source, t.province, t.digest, t.profile, t.rows, t.received_by""",
    "holds": """
        select t.file_name, t.source, h.state, h.signs, h.held_by, h.settled_by, h.reason
        from delivery_hold as h
        join delivery as t on t.delivery_id = h.delivery_id""",
    "loads": """
        select l.digest, l.file_name, l.rows, l.persons, l.rejected, l.loaded_by, count(r.row)
        from register_load as l
        left join register_reject as r on r.load_id = l.load_id
        group by l.load_id, l.digest, l.file_name, l.rows, l.persons, l.rejected, l.loaded_by""",
    "batches": """
        select b.created_by, w.file_name, w.source, w.row, p.position
        from batch_row as p
        join batch as b on b.batch_id = p.batch_id
        join sent as w on w.row_id = p.row_id""",
    "states of codes": """
        select v.full_name, v.birth_date, k.status, count(*)
        from code_status as k
        join code as c on c.code_id = k.code_id
        join person_current as v on v.person_id = c.person_id
        group by v.person_id, v.full_name, v.birth_date, k.status""",
    # who asks again is logged again; what is decided, looked for or said is logged once
    "log": """
        select e.act, e.logged_by, w.file_name, w.source, w.row, e.step, e.status, e.hits, e.outcome, count(*)
        from log_entry_said as e
        left join sent as w on w.row_id = e.row_id
        where e.act not in ('intake', 'register_load', 'register_publish', 'answer')
        group by e.act, e.logged_by, w.file_name, w.source, w.row, e.step, e.status, e.hits, e.outcome""",
}


def ask(home: Home, text: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a query on a home's ledger, by a connection that cannot write."""
    marks = iter(range(len(parameters)))
    named = re.sub(r"\?", lambda _: f":p{next(marks)}", text)
    with home.ledger.store.read_engine.connect() as connection:
        found = connection.execute(sa.text(named), {f"p{at}": value for at, value in enumerate(parameters)})
        return [tuple(row) for row in found]


def story(home: Home, *without: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that the ledger tells, `without` some parts."""
    return {name: sorted(ask(home, f"{_SENT} {text}"), key=repr) for name, text in STORY.items() if name not in without}
