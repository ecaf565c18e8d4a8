-- Parts of the flow that a person stopped; a row is there while one is. All nodes obey it.
create table pauses (
    flow      text   not null primary key check (flow in ('shipping', 'write_back', 'pull')),
    reason    text   not null check (length(reason) > 0),
    paused_by text   not null,
    paused_ms bigint not null
);

-- Every climb of a connection's ladder, for some time: when it stopped working says often why.
create table ping_history (
    ping_id text   not null primary key,
    system  text   not null check (system in ('d365', 'fedex')),
    at_ms   bigint not null,
    asked_by text   not null,
    passed  bigint not null check (passed in (0, 1)),
    ladder  text   not null
);
create index ping_history_of_system on ping_history (system, at_ms);

-- What belongs together is asked for by any of its ids.
create index audit_of_shipment on audit (shipment_id, sequence) where shipment_id is not null;
create index audit_of_call on audit (call_id) where call_id is not null;
