-- One call to a vendor for one step, written down before it is made. A row without an end is a
-- call whose outcome nobody knows.
create table attempts (
    attempt_id  text   not null primary key,
    shipment_id text   not null references shipments (shipment_id),
    number      bigint not null,
    step        text   not null check (step in ('ship', 'look_up', 'announce', 'confirm_delivery')),
    reference   text,
    node        text   not null,
    begun_ms    bigint not null,
    finished_ms bigint,
    outcome     text check (outcome in ('ok', 'again', 'parked', 'unknown', 'waiting', 'interrupted', 'superseded')),
    cause_code  text,
    sentence    text,
    unique (shipment_id, number),
    check ((finished_ms is null) = (outcome is null)),
    check (step <> 'ship' or reference is not null)
);

-- At most one call in flight a shipment.
create unique index attempts_open on attempts (shipment_id) where finished_ms is null;
-- A reference is used for one purchase, ever.
create unique index attempts_reference on attempts (reference) where step = 'ship';

-- The packages of a labelled shipment; sequence 1 is the master.
create table pieces (
    shipment_id     text   not null references shipments (shipment_id),
    sequence        bigint not null,
    tracking_number text   not null,
    primary key (shipment_id, sequence)
);

-- Every document FedEx sent, byte for byte: it cannot be fetched again.
create table documents (
    shipment_id  text   not null references shipments (shipment_id),
    sequence     bigint not null,
    document_no  bigint not null,
    content_type text   not null,
    image_type   text   not null,
    copies       bigint not null,
    bytes        blob   not null,
    created_ms   bigint not null,
    primary key (shipment_id, sequence, document_no)
);
