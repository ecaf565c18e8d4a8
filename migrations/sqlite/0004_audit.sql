-- The audit trail: append-only, each entry chained to the one before by a keyed hash.
create table audit (
    sequence    bigint not null primary key,
    previous    text   not null,
    hash        text   not null,
    at_ms       bigint not null,
    actor       text   not null,
    system      text   not null check (system in ('d365', 'fedex', 'connector')),
    action      text   not null,
    outcome     text   not null check (outcome in ('begun', 'ok', 'refused', 'failed', 'unknown')),
    order_id    text,
    shipment_id text,
    attempt_id  text,
    call_id     text,
    summary     text   not null,
    http_status bigint,
    duration_ms bigint,
    body        text
);

create index audit_of_order on audit (order_id, sequence) where order_id is not null;
create index audit_of_attempt on audit (attempt_id, sequence) where attempt_id is not null;

create trigger audit_no_update before update on audit
begin
    select raise(abort, 'the audit trail is append-only');
end;

create trigger audit_no_delete before delete on audit
begin
    select raise(abort, 'the audit trail is append-only');
end;

-- The end of the chain: locked by whoever appends, and proof against a cut-off tail.
create table audit_head (
    id       bigint not null primary key check (id = 1),
    sequence bigint not null,
    hash     text   not null
);
insert into audit_head (id, sequence, hash) values (1, 0, '');
