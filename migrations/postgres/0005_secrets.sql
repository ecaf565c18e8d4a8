-- Sealed values. Without the master key they are noise.
create table secrets (
    name       text   not null primary key,
    key_id     text   not null,
    nonce      bytea   not null,
    sealed     bytea   not null,
    updated_ms bigint not null,
    updated_by text   not null
);

-- Small facts the engine remembers: last pull, token breaker.
create table cursors (
    name       text   not null primary key,
    value      bigint not null,
    updated_ms bigint not null
);

-- The last ping of each system, as shown.
create table pings (
    system text   not null primary key,
    at_ms  bigint not null,
    passed bigint not null,
    ladder text   not null
);
