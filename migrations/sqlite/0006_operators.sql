-- Who may sign in. Names are compared in lower case.
create table operators (
    operator_id   text   not null primary key,
    name          text   not null unique,
    password_hash text   not null,
    role          text   not null check (role in ('admin', 'operator', 'viewer')),
    created_ms    bigint not null
);

-- The first administrator can be made once: two browsers at the same moment meet here.
create table first_administrator (
    id          bigint not null primary key check (id = 1),
    operator_id text   not null references operators (operator_id)
);

-- Failed sign-ins by name and by address, for the throttle.
create table sign_in_failures (
    subject      text   not null primary key,
    failures     bigint not null,
    last_ms      bigint not null,
    blocked_until_ms bigint not null
);
