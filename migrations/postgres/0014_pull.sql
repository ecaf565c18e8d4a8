-- How far the changes of an environment were read. The cursor is a moment of Dynamics 365's clock;
-- whoever moves it names the version it read.
create table watermarks (
    host      text   not null primary key,
    state     text   not null check (state in ('on', 'off')),
    detail    text,
    cursor_ms bigint not null,
    version   bigint not null,
    probed_ms bigint not null,
    read_ms   bigint,
    queued    bigint not null,
    check ((state = 'off') = (detail is not null))
);

-- Changes that were read within the overlap, so that it does not queue them for ever.
create table changes_seen (
    host        text   not null,
    company     text   not null,
    number      text   not null,
    modified_ms bigint not null,
    primary key (host, company, number)
);
create index changes_seen_age on changes_seen (host, modified_ms);

-- One comparison of what Dynamics 365 has confirmed with what we have seen.
create table gap_runs (
    run_id       text   not null primary key,
    host         text   not null,
    asked_by     text   not null,
    started_ms   bigint not null,
    ended_ms     bigint,
    confirmed    bigint not null,
    seen         bigint not null,
    missing      bigint not null,
    stopped      bigint not null,
    other_mode   bigint not null,
    cause_code   text,
    cause_detail text,
    check (confirmed = seen + missing + stopped + other_mode),
    check (cause_code is null or ended_ms is not null)
);
create index gap_runs_started on gap_runs (host, started_ms);

-- The confirmed orders it found that we have not seen, and why.
create table gap_orders (
    run_id        text not null references gap_runs (run_id),
    kind          text not null check (kind in ('missing', 'stopped', 'other_mode')),
    company       text not null,
    number        text not null,
    delivery_mode text not null,
    reason        text not null,
    primary key (run_id, company, number)
);

-- Invoices found after the label was bought. The number on the label is another fact, see orders.
create table order_invoices (
    order_id text   not null references orders (order_id),
    number   text   not null,
    dated    text   not null,
    amount   text   not null,
    currency text   not null,
    found_ms bigint not null,
    primary key (order_id, number)
);

-- When to look for the invoice of a shipped order next.
create table invoice_looks (
    order_id    text   not null primary key references orders (order_id),
    labelled_ms bigint not null,
    looks       bigint not null,
    last_ms     bigint,
    next_run_ms bigint,
    ended       text   check (ended in ('found', 'given_up')),
    check ((next_run_ms is null) = (ended is not null))
);
create index invoice_looks_due on invoice_looks (next_run_ms) where next_run_ms is not null;
