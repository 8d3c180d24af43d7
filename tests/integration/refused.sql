-- Statements that the ledger refuses, each under what it tries and the constraint that forbids it. Person 900001 has no
-- code; 9900000001 is a number that nobody has; decision_draft is a decision of a returned row, not yet written.

-- refused: a second active code of a person (code.person_id)
insert into code select 900001, '9900000001', person_id, 'active', 'issued', 1, '' from code where status = 'active';

-- refused: an active code of two persons (code.code)
insert into code select 900001, code, 900001, 'active', 'issued', 1, '' from code;

-- refused: a code of a person twice (code.code, code.person_id)
insert into code select 900001, code, person_id, 'retired', 'extract', 1, '' from code;

-- refused: a code whose number is not remembered (FOREIGN KEY)
insert into code values (900001, '9900000000', 900001, 'active', 'issued', 1, '');

-- refused: an active code that is neither ten digits nor twelve (CHECK)
insert into code values (900001, '990000000x', 900001, 'active', 'extract', 1, '');

-- refused: a code of nobody (FOREIGN KEY)
insert into code values (900001, '9900000001', 900009, 'active', 'issued', 1, '');

-- refused: a code in a state that is not on the list (CHECK)
insert into code values (900001, '9900000001', 900001, 'unknown', 'issued', 1, '');

-- refused: a number remembered twice (number_known.number)
insert into number_known select code, 1 from code;

-- refused: a counter value drawn twice (code_draw.province, code_draw.value)
insert into code_draw select province, value, '9900000001', 'issued', key_id, 1 from code_draw;

-- refused: a person who vanishes (FOREIGN KEY)
delete from person where person_id = 1;

-- refused: two versions of a person in one transaction (person_version.person_id, person_version.seq)
insert into person_version select * from person_version;

-- refused: a household code given twice (household.household_code)
insert into household select 900001, household_code, 1, '' from household;

-- refused: a membership of nobody (FOREIGN KEY)
insert into membership (person_id, seq) values (900009, 1);

-- refused: an extract loaded twice (register_load.digest)
insert into register_load select 900001, digest, 'other.csv', as_of, 1, 1, 0, 1, '', '' from register_load;

-- refused: a row taken in twice (intake_row.row_identity)
insert into intake_row
select
  900001, row_identity, source, province, cells, understood, event, event_date, delivery_id, row, sheet, sheet_row, 1,
  ''
from intake_row;

-- refused: a file delivered twice (delivery.source, delivery.file_name, delivery.digest)
insert into delivery select 900001, source, province, file_name, digest, profile, layout, rows, '', '' from delivery;

-- refused: a file held twice (delivery_hold.delivery_id)
insert into delivery_hold select delivery_id, 'held', '[]', '', 1, '', '', null, null, null from delivery;
insert into delivery_hold select delivery_id, 'held', '[]', '', 1, '', '', null, null, null from delivery;

-- refused: a hold in a state that is not on the list (CHECK)
insert into delivery_hold select delivery_id, 'kept', '[]', '', 1, '', '', '', '', '' from delivery;

-- refused: a file released without a reason (CHECK)
insert into delivery_hold select delivery_id, 'released', '[]', '', 1, '', '', '', '', null from delivery;

-- refused: a held file that was settled (CHECK)
insert into delivery_hold select delivery_id, 'held', '[]', '', 1, '', '', '', '', '' from delivery;

-- refused: a row in two batches (batch_row.row_id)
insert into batch_row select row_id, batch_id, 900001 from batch_row;

-- refused: an attempt planned twice (plan.batch_id, plan.attempt)
insert into plan select batch_id, attempt, 1, 1, '', '', '' from plan;

-- refused: a second issue of a row (decision.row_id)
update decision_draft
set outcome = 'issued', person_id = 900001, bhxh_code = '9900000001', row_id = (
  select min(row_id) from decision where outcome = 'issued'
);
insert into decision select * from decision_draft;

-- refused: a second issue of a person (decision.person_id)
update decision_draft
set outcome = 'issued', bhxh_code = '9900000001', person_id = (
  select min(person_id) from decision where outcome = 'issued'
);
insert into decision select * from decision_draft;

-- refused: a decision made twice (decision.row_id, decision.decision_no)
insert into decision select * from decision;

-- refused: a review without a reason (CHECK)
update decision_draft set outcome = 'review';
insert into decision select * from decision_draft;

-- refused: a review for a reason that is not on the list (CHECK)
update decision_draft set outcome = 'review', reason = 'unclear';
insert into decision select * from decision_draft;

-- refused: a reason without a review (CHECK)
update decision_draft set reason = 'weak';
insert into decision select * from decision_draft;

-- refused: a link without a person (CHECK)
update decision_draft set outcome = 'linked', bhxh_code = '9900000001';
insert into decision select * from decision_draft;

-- refused: an issue without a code (CHECK)
update decision_draft set outcome = 'issued', person_id = 900001;
insert into decision select * from decision_draft;

-- refused: an outcome that is not on the list (CHECK)
update decision_draft set outcome = 'ignored';
insert into decision select * from decision_draft;

-- refused: a candidate that is neither person nor row (CHECK)
insert into decision_candidate select row_id, decision_no, 900001, null, null, 0, 0, '{}', '' from decision;

-- refused: a second open item of a row (queue_item.row_id, queue_item.kind)
insert into queue_item
select 900001, row_id, kind, reason, null, 'open', 1, '', null, null from queue_item where state = 'open';

-- refused: an item closed at no time (CHECK)
update queue_item set state = 'closed' where state = 'open';

-- refused: two approvals by one person (approval.item_id, approval.approver)
insert into approval select item_id, 'other form', approver, '', 1 from approval;

-- refused: an approval of nothing (FOREIGN KEY)
insert into approval values (900009, 'officer.1', 'officer.1', '', 1);

-- refused: a verdict that is not on the list (CHECK)
insert into judgement select 900002, row_id, '', null, null, 'perhaps', null, 1, '', '', null from intake_row;

-- refused: a change asked for twice (change_request.row_id, change_request.field, change_request.seq)
insert into change_request select 900001, row_id, person_id, field, null, '', seq, '' from change_request;

-- refused: an entry number given twice (log_entry.entry_no)
insert into log_entry select entry_no, 0, '', '', '', null, null, '' from log_entry;

-- refused: a second row of state (CHECK)
insert into ledger_state select 2, ledger_id, seq, floor_seq, log_no, province, key_version, '' from ledger_state;

-- refused: two accounts of one login (account.login)
insert into account select 900002, login, '', 1, '' from account;

-- refused: a login that is another by its case alone (CHECK)
insert into account values (900002, 'Lan', '', 1, '');

-- refused: a unit of no province (CHECK)
insert into account_version select account_id, 900001, 'Lan', null, 'xa-01', 0, null, 0 from account;

-- refused: a decision undone twice (undo.row_id, undo.decision_no)
insert into undo
select 900002, item_id, row_id, 1, item_id, 1, '', '' from queue_item where item_id = (select min(item_id) from queue_item);
insert into undo
select 900003, item_id, row_id, 1, item_id, 1, '', '' from queue_item where item_id = (select min(item_id) from queue_item);

-- refused: an undo of a decision that there is not (FOREIGN KEY)
insert into undo
select 900002, item_id, row_id, 900001, item_id, 1, '', '' from queue_item where item_id = (select min(item_id) from queue_item);

-- refused: a verdict withdrawn twice (judgement_withdrawn.judgement_id)
insert into judgement_withdrawn values (900001, 1);

-- refused: a membership reversed that there is not (FOREIGN KEY)
insert into membership_reversed values (900001, 1, 1);

-- refused: a question answered twice (answer.question_id)
insert into answer values (900001, 'unsure', null, 1, '', '', 'minh', null);

-- refused: the same person twice for a recorded death being wrong (alive_word.person_id, alive_word.death_seq, alive_word.speaker)
insert into alive_word
select person_id, death_seq, item_id, null, 2, '', 'Lan', speaker from alive_word;

-- refused: a word on a death that there is not (FOREIGN KEY)
insert into alive_word select person_id, 900009, item_id, null, 1, '', '', 'lan' from alive_word;
