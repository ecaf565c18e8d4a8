-- Shipments in full: several an order, several packages, asynchronous labels, voids and returns.

alter table shipments add column kind text not null default 'outbound' check (kind in ('outbound', 'return'));
alter table shipments add column parent_id text references shipments (shipment_id);
alter table shipments add column warehouse text not null default '';
alter table shipments add column job_id text;
alter table shipments add column voiding text check (voiding in ('only', 'and_reship'));
alter table shipments add column changes text not null default '[]';

-- One live shipment a group, and one live return of it: the database's own guard against a second label.
drop index shipments_live;
create unique index shipments_live on shipments (order_id, group_no, kind)
    where state not in ('voided', 'cancelled', 'excluded');

-- FedEx uses a number again after some months: it is one parcel only among those under way.
drop index shipments_tracking;
create unique index shipments_tracking on shipments (environment, tracking_number)
    where tracking_number is not null and environment <> 'sandbox' and closed_ms is null;

-- Plans of one package become plans of a list of packages.
update shipments
set plan = json_remove(json_set(plan, '$.packages', json_array(json_object('weight', json_extract(plan, '$.weight')))), '$.weight')
where plan is not null and json_extract(plan, '$.packages') is null;

-- Which lines of an order a shipment holds. A line is in one live shipment at most.
create table shipment_lines (
    shipment_id text   not null references shipments (shipment_id),
    order_id    text   not null references orders (order_id),
    lot         text   not null,
    live        bigint not null check (live in (0, 1)),
    primary key (shipment_id, lot)
);
create unique index shipment_lines_live on shipment_lines (order_id, lot) where live = 1;

-- More steps. SQLite cannot change a check, so the table is made anew; nothing refers to it.
create table attempts_new (
    attempt_id  text   not null primary key,
    shipment_id text   not null references shipments (shipment_id),
    number      bigint not null,
    step        text   not null check (step in ('ship', 'look_up', 'announce', 'confirm_delivery', 'void', 'withdraw')),
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
insert into attempts_new
select attempt_id, shipment_id, number, step, reference, node, begun_ms, finished_ms, outcome, cause_code, sentence
from attempts;
drop table attempts;
alter table attempts_new rename to attempts;
create unique index attempts_open on attempts (shipment_id) where finished_ms is null;
create unique index attempts_reference on attempts (reference) where step = 'ship';
