-- what officers said of one row is asked with every look at the queue
create index judgement_of on judgement (row_id);
