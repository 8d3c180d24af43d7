-- The daily count of search steps that were made, beside the log's entries of them.

-- one row a day (UTC), raised in the transaction that shows or applies what a search found
create table search_call (
  day text collate "C" primary key,
  steps bigint not null check (steps >= 0)
);
