-- What people said and decided about a group of failures. The group itself is counted from the
-- shipments; this is kept when it is empty, so that one that comes back is known.
create table cause_notes (
    cause            text   not null primary key,
    version          bigint not null,
    acknowledged_ms  bigint,
    acknowledged_by  text,
    snoozed_until_ms bigint,
    snoozed_by       text,
    assigned_to      text,
    emptied_ms       bigint,
    changed_ms       bigint not null,
    check ((acknowledged_ms is null) = (acknowledged_by is null)),
    check ((snoozed_until_ms is null) = (snoozed_by is null))
);

create table cause_comments (
    comment_id text   not null primary key,
    cause      text   not null references cause_notes (cause),
    at_ms      bigint not null,
    author     text   not null,
    words      text   not null
);
create index cause_comments_of on cause_comments (cause, at_ms);

-- The pick-up clock counts what is open by warehouse.
create index shipments_warehouse on shipments (warehouse, state);
