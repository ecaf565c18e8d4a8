-- What an order can be found by: one row a word or number, in small letters, numbers without blanks
-- and signs. Whoever writes what a term is taken from writes the term in the same transaction, see
-- store/search.rs. `backwards` is the term read from its end, where people name the end alone:
-- "4213" for SO-004213.
create table search_terms (
    order_id  text   not null references orders (order_id),
    kind      text   not null check (kind in (
        'number', 'invoice', 'reference', 'account', 'name', 'consignee', 'email', 'phone', 'tracking',
        'purchase')),
    term      text   not null,
    backwards text,
    primary key (order_id, kind, term)
);
-- Byte by byte, as SQLite compares: a beginning is then a range, whatever the language of the database.
alter table search_terms alter column term type text collate "C", alter column backwards type text collate "C";
-- Exact words and numbers, and their beginnings.
create index search_terms_forwards on search_terms (term, order_id, kind);
-- Their ends.
create index search_terms_backwards on search_terms (backwards, order_id, kind) where backwards is not null;
-- (The primary key answers whether a certain order also has a second word.)

-- The ids by which a vendor finds a call in its own logs, with the entry of the trail that ended it.
create table call_ids (
    vendor_id text   not null,
    sequence  bigint not null references audit (sequence),
    primary key (vendor_id, sequence)
);
-- FedEx's ids of the calls so far stand in the answers that were kept; Microsoft's were not kept.
insert into call_ids (vendor_id, sequence)
select substring(body from '"transactionId" *: *"([^"]+)"'), sequence from audit
where system = 'fedex' and call_id is not null and body ~ '"transactionId" *: *"[^"]+"';

-- The shipments of an order, and orders by their number alone: pages ask so, and read the whole table.
create index shipments_of_order on shipments (order_id);
create index orders_number on orders (number);
