-- What an operator set for shipping: one document, with a version against two editors at once.
create table rules (
    id         bigint not null primary key check (id = 1),
    version    bigint not null,
    document   text   not null,
    updated_ms bigint not null,
    updated_by text   not null
);

-- Corrections of an address, remembered for the next order that goes there as Dynamics 365 has it.
create table address_corrections (
    correction_id text   not null primary key,
    company       text   not null,
    customer      text   not null,
    address_key   text   not null,
    address       text   not null,
    correction    text   not null,
    used          bigint not null,
    updated_ms    bigint not null,
    updated_by    text   not null,
    unique (company, customer, address_key)
);

-- What FedEx rated, to be compared with its invoice. Rows are only added: a cancelled label has two.
create table charges (
    charge_id       text   not null primary key,
    shipment_id     text   not null references shipments (shipment_id),
    kind            text   not null check (kind in ('rated', 'voided')),
    at_ms           bigint not null,
    account_number  text   not null,
    payer           text   not null,
    service         text   not null,
    tracking_number text   not null,
    packages        bigint not null,
    amount          text   not null,
    currency        text   not null,
    rate_type       text   not null
);
create unique index charges_once on charges (shipment_id, kind);
create index charges_at on charges (at_ms, charge_id);

-- Ends of day: what was handed to FedEx Ground, with the manifest it answered.
create table closes (
    close_id     text   not null primary key,
    at_ms        bigint not null,
    actor        text   not null,
    sentence     text   not null,
    content_type text,
    document     bytea
);
