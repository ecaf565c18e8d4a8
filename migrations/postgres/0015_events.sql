-- Addresses that business events come to. The token itself is shown once and never kept. A live one
-- has a slot, and there are two, so that a new address can be set up before the old one is retired.
create table event_tokens (
    token_id     text   not null primary key,
    token_hash   text   not null unique check (length(token_hash) = 64),
    slot         bigint unique check (slot in (1, 2)),
    created_ms   bigint not null,
    created_by   text   not null,
    last_used_ms bigint,
    retired_ms   bigint,
    retired_by   text,
    check ((slot is null) = (retired_ms is not null)),
    check ((retired_ms is null) = (retired_by is null))
);

-- Business events as they came, for some time. They are hints: what is true is asked of Dynamics 365.
create table business_events (
    row_id         text   not null primary key,
    event_id       text   not null,
    kind           text   not null,
    control_number bigint,
    company        text,
    number         text,
    happened_ms    bigint,
    received_ms    bigint not null,
    verdict        text   not null check (verdict in (
        'hint', 'duplicate', 'not_listed', 'test', 'invoice', 'unreadable')),
    detail         text,
    check (verdict not in ('hint', 'invoice') or (company is not null and number is not null)),
    check (verdict not in ('not_listed', 'unreadable') or detail is not null)
);

-- An event acts once. What was not acted on may come again, when its id was listed meanwhile.
create unique index business_events_once on business_events (event_id)
    where verdict in ('hint', 'invoice', 'test');
create index business_events_received on business_events (received_ms);

-- How many orders came lately is asked while no event came.
create index orders_seen on orders (seen_ms);
