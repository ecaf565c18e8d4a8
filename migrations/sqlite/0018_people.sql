-- A fourth role, people who are disabled, and when each signed in and changed the password. The
-- table is made anew, because SQLite cannot change a check; what refers to it moves along.
create table operators_anew (
    operator_id   text   not null primary key,
    name          text   not null unique,
    password_hash text   not null,
    role          text   not null check (role in ('admin', 'operator', 'customer_service', 'viewer')),
    created_ms    bigint not null,
    password_ms   bigint not null,
    disabled_ms   bigint,
    signed_in_ms  bigint
);
insert into operators_anew (operator_id, name, password_hash, role, created_ms, password_ms)
select operator_id, name, password_hash, role, created_ms, created_ms from operators;

create table first_administrator_anew (
    id          bigint not null primary key check (id = 1),
    operator_id text   not null references operators_anew (operator_id)
);
insert into first_administrator_anew (id, operator_id) select id, operator_id from first_administrator;

drop table first_administrator;
drop table operators;
alter table operators_anew rename to operators;
alter table first_administrator_anew rename to first_administrator;
