-- The figures count what happened in a span of time; without these most of them read a whole table.
create index attempts_finished on attempts (step, finished_ms) where finished_ms is not null;
create index attempts_failed on attempts (finished_ms, cause_code) where cause_code is not null;
create index parcels_delivered on parcels (delivered_ms) where delivered_ms is not null;
