-- What FedEx pushed, as it came. A row is durable before FedEx is told that its push arrived. The
-- key sorts by time. Indexes are few on purpose: each one is written again for every push.
create table inbox (
    delivery_id  text   not null primary key,
    environment  text   not null,
    content_key  bytea,
    received_ms  bigint not null,
    last_ms      bigint not null,
    repeats      bigint not null check (repeats >= 0),
    verdict      text   not null check (verdict in (
        'waiting', 'taken_in', 'unknown_number', 'quarantined', 'self_test', 'failed', 'refused')),
    reason       text   not null,
    signer       text   not null,
    headers      text   not null,
    body         bytea   not null,
    body_size    bigint not null,
    due_ms       bigint not null,
    failures     bigint not null,
    replays      bigint not null,
    processed_ms bigint,
    numbers      text   not null,
    event        text   not null,
    new_scans    bigint not null,
    proofs       bigint not null,
    check ((verdict = 'refused') = (content_key is null)),
    check ((verdict = 'refused') = (signer = '')),
    check (verdict <> 'refused' or reason <> ''),
    check ((processed_ms is null) = (verdict in ('waiting', 'refused')))
);
-- The same news is one row, however often FedEx tries. Refused pushes have no key.
create unique index inbox_content on inbox (environment, content_key);
-- Work to do, the page by verdict, and what is old enough to go: one index for all three.
create index inbox_verdict on inbox (verdict, delivery_id);

-- Parcels in pushes that no shipment has yet: looked at again when a label was bought.
create table inbox_unmatched (
    tracking_number text not null,
    delivery_id     text not null references inbox (delivery_id),
    primary key (tracking_number, delivery_id)
);
create index inbox_unmatched_delivery on inbox_unmatched (delivery_id);

-- Proof of delivery: pictures and signatures, once each.
create table proofs (
    shipment_id     text   not null references shipments (shipment_id),
    tracking_number text   not null,
    digest          text   not null,
    kind            text   not null check (kind in ('signature', 'picture', 'attempt', 'proof')),
    media_type      text   not null check (media_type in (
        'image/jpeg', 'image/png', 'image/gif', 'image/tiff', 'application/pdf')),
    bytes           bytea   not null,
    received_ms     bigint not null,
    primary key (shipment_id, tracking_number, digest)
);

-- Labels bought since a moment.
create index shipments_labelled on shipments (labelled_ms) where labelled_ms is not null;
