-- How far an order goes by itself: shadow, approve, automatic. The mode of a legal entity stands in
-- the rules; a shipment holds what a person said about buying its label: 'awaited', 'next' (whatever
-- the next plan is), or the fingerprint of the one plan that may be bought.
alter table shipments add column approval text;
create index shipments_awaited on shipments (changed_ms, shipment_id) where approval = 'awaited' and state = 'ready';

-- What FedEx said to a plan that is not bought by itself: its verdict, and what it would cost.
create table rehearsals (
    shipment_id      text   not null primary key references shipments (shipment_id),
    plan_fingerprint text   not null,
    at_ms            bigint not null,
    verdict          text   not null check (verdict in ('accepted', 'refused', 'unchecked')),
    cause_code       text,
    cause_field      text,
    cause_detail     text,
    price_amount     text,
    price_currency   text,
    price_rate_type  text,
    check (verdict <> 'refused' or cause_code is not null),
    check ((price_amount is null) = (price_currency is null) and (price_amount is null) = (price_rate_type is null))
);

-- The day's rehearsals, counted for all nodes before FedEx is asked.
create table rehearsal_days (
    day   text   not null primary key,
    asked bigint not null
);

-- What the last plan of a shipment was made of, for trying other rules on it.
create table plan_inputs (
    shipment_id text   not null primary key references shipments (shipment_id),
    document    text   not null,
    planned_ms  bigint not null
);
create index plan_inputs_newest on plan_inputs (planned_ms, shipment_id);
