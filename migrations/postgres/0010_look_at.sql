-- Orders to be read one by one, because something hinted that they changed. A hint is no truth: the
-- order is asked of Dynamics 365, and the row is gone once it was.
create table look_at (
    host        text   not null,
    company     text   not null,
    number      text   not null,
    why         text   not null,
    asked_ms    bigint not null,
    next_run_ms bigint not null,
    failures    bigint not null,
    cause_code  text,
    primary key (host, company, number)
);
create index look_at_due on look_at (next_run_ms);
