-- What is owed to an order in Dynamics 365 after its label, and what was read back last. One row an
-- order: its lease is the right to write the order, for every loop and every node.
create table write_backs (
    order_id       text   not null primary key references orders (order_id),
    state          text   not null check (state in ('due', 'done', 'waiting', 'parked')),
    version        bigint not null,
    cause_code     text,
    cause_field    text,
    cause_detail   text,
    failures       bigint not null,
    next_run_ms    bigint,
    lease          text,
    lease_until_ms bigint,
    fingerprint    text,
    proof          text   not null,
    written_ms     bigint,
    verified_ms    bigint,
    changed_ms     bigint not null,
    check ((next_run_ms is not null) = (state in ('due', 'waiting'))),
    check (state not in ('waiting', 'parked') or cause_code is not null),
    check ((lease is null) = (lease_until_ms is null)),
    check (fingerprint is null or verified_ms is not null)
);
create index write_backs_due on write_backs (next_run_ms) where next_run_ms is not null;
create index write_backs_state on write_backs (state, changed_ms, order_id);

-- The fields an environment was found to have, as its metadata told. Only what is chosen from a list;
-- the truth is asked for again when targets are verified.
create table entity_fields (
    host        text   not null,
    entity_set  text   not null,
    property    text   not null,
    shape       text   not null,
    is_key      bigint not null check (is_key in (0, 1)),
    may_edit    bigint not null check (may_edit in (0, 1)),
    may_create  bigint not null check (may_create in (0, 1)),
    found_ms    bigint not null,
    primary key (host, entity_set, property)
);
