-- A sales order as Dynamics 365 last told it. The environment's host is part of its name,
-- because sandbox and production repeat order numbers.
create table orders (
    order_id           text   not null primary key,
    host               text   not null,
    company            text   not null,
    number             text   not null,
    customer_account   text   not null,
    customer_name      text   not null,
    customer_reference text   not null,
    invoice_number     text,
    snapshot           text   not null,
    fingerprint        text   not null,
    seen_ms            bigint not null,
    read_ms            bigint not null,
    unique (host, company, number)
);

-- The part of an order that goes to one address from one warehouse by one mode. It owns the
-- state, the lease and the one pending step.
create table shipments (
    shipment_id      text   not null primary key,
    order_id         text   not null references orders (order_id),
    group_no         bigint not null,
    state            text   not null check (state in (
        'received', 'ready', 'labelled', 'announced', 'in_transit', 'out_for_delivery', 'exception',
        'delivered', 'closed', 'parked', 'outcome_unknown', 'voided', 'returned', 'cancelled', 'excluded')),
    version          bigint not null,
    resume           text,
    cause_code       text,
    cause_field      text,
    cause_detail     text,
    failures         bigint not null,
    next_run_ms      bigint,
    lease            text,
    lease_until_ms   bigint,
    plan             text,
    correction       text   not null,
    environment      text,
    reference        text,
    tracking_number  text,
    service          text,
    ship_to          text   not null,
    milestone        text,
    delivered_ms     bigint,
    charge_amount    text,
    charge_currency  text,
    charge_rate_type text,
    reprint_needed   bigint not null,
    labelled_ms      bigint,
    absent_since_ms  bigint,
    absences         bigint not null,
    next_track_ms    bigint,
    tracked_ms       bigint,
    created_ms       bigint not null,
    changed_ms       bigint not null,
    closed_ms        bigint,
    check (state <> 'parked' or (cause_code is not null and resume is not null)),
    check (state not in ('ready', 'outcome_unknown') or plan is not null),
    check (state <> 'outcome_unknown' or reference is not null),
    check (state not in ('labelled', 'announced', 'in_transit', 'out_for_delivery', 'exception', 'delivered', 'closed')
        or tracking_number is not null),
    check ((lease is null) = (lease_until_ms is null)),
    check ((closed_ms is not null) = (state in ('closed', 'voided', 'returned', 'cancelled', 'excluded')))
);

-- One live shipment a group: the database's own guard against a second label.
create unique index shipments_live on shipments (order_id, group_no) where state <> 'voided';
-- FedEx's sandbox answers the same number again and again; everywhere else a number is one parcel.
create unique index shipments_tracking on shipments (environment, tracking_number)
    where tracking_number is not null and environment <> 'sandbox';
create unique index shipments_reference on shipments (reference) where reference is not null;
create index shipments_due on shipments (next_run_ms) where next_run_ms is not null;
create index shipments_to_track on shipments (next_track_ms) where next_track_ms is not null;
create index shipments_changed on shipments (changed_ms, shipment_id);
create index shipments_state on shipments (state, changed_ms, shipment_id);
create index shipments_cause on shipments (cause_code, changed_ms) where cause_code is not null;
