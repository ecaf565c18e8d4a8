-- FedEx's scans, each once. Kept for ever as FedEx said them; the shipment holds what they mean.
create table scans (
    scan_key        text   not null primary key,
    shipment_id     text   not null references shipments (shipment_id),
    tracking_number text   not null,
    unique_id       text   not null,
    code            text   not null,
    derived_code    text   not null,
    description     text   not null,
    at_ms           bigint not null,
    local_time      text   not null,
    place           text   not null,
    location_id     text   not null,
    exception_code  text   not null,
    exception       text   not null,
    received_ms     bigint not null
);

create index scans_of_shipment on scans (shipment_id, at_ms);
