-- Filters of the order list that somebody gave a name, as the query of their address.
create table views (
    view_id    text   not null primary key,
    owner      text   not null,
    name       text   not null,
    shared     bigint not null check (shared in (0, 1)),
    query      text   not null,
    created_ms bigint not null,
    unique (owner, name)
);

-- How an operator wants the order list: which columns are left out, and how close its rows stand.
create table list_layouts (
    owner   text   not null primary key,
    hidden  text   not null,
    density text   not null check (density in ('comfortable', 'compact'))
);
