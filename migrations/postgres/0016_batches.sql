-- One decision about many shipments: the list as it was frozen when somebody decided, and what became
-- of each. A draft waits for its yes; a running one is worked off item by item.
create table batches (
    batch_id    text   not null primary key,
    kind        text   not null check (kind in ('fix', 'replay', 'look_up', 'recover', 'chosen')),
    cause       text   not null,
    asked_by    text   not null,
    asked_ms    bigint not null,
    reason      text   not null,
    state       text   not null check (state in ('draft', 'running', 'done', 'discarded')),
    left_out    bigint not null check (left_out >= 0),
    finished_ms bigint,
    check ((finished_ms is null) = (state in ('draft', 'running')))
);
create index batches_asked on batches (asked_ms, batch_id);
create index batches_running on batches (asked_ms) where state = 'running';

-- A shipment of a batch: the version it was decided for, its correction before and after, and the result.
create table batch_items (
    batch_id     text   not null references batches (batch_id),
    position     bigint not null,
    shipment_id  text   not null references shipments (shipment_id),
    version      bigint not null,
    remedy       text   not null check (remedy in ('fix', 'replay', 'look_up')),
    before       text   not null,
    after        text   not null,
    verdict      text   check (verdict in ('accepted', 'refused', 'unchecked')),
    verdict_text text,
    result       text   check (result in ('done', 'skipped')),
    message      text,
    settled_ms   bigint,
    primary key (batch_id, position),
    unique (batch_id, shipment_id),
    check ((verdict is null) = (verdict_text is null)),
    check ((result is null) = (settled_ms is null)),
    check ((result is null) = (message is null))
);
create index batch_items_open on batch_items (batch_id, position) where result is null;
