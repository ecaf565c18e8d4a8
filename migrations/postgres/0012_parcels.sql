-- Where each package is. A shipment's milestone condenses its parcels: three packages of which one
-- arrived are not delivered. A parcel without a number is one FedEx has not named to us yet.
create table parcels (
    shipment_id       text   not null references shipments (shipment_id),
    sequence          bigint not null,
    version           bigint not null,
    environment       text   not null,
    tracking_number   text   not null,
    unique_id         text   not null,
    labelled_ms       bigint not null,
    milestone         text check (milestone in ('label_created', 'picked_up', 'in_transit', 'exception',
        'ready_for_pickup', 'out_for_delivery', 'returning', 'cancelled', 'delivered')),
    status_code       text   not null,
    derived_code      text   not null,
    status_text       text   not null,
    last_scan_ms      bigint,
    last_scan_place   text   not null,
    last_scan_text    text   not null,
    reason_code       text   not null,
    reason_text       text   not null,
    exception_ms      bigint,
    promised_ms       bigint,
    estimated_ms      bigint,
    delivered_ms      bigint,
    signed_by         text,
    next_track_ms     bigint,
    every_ms          bigint not null check (every_ms > 0),
    urgency           bigint not null check (urgency between 0 and 3),
    asked_ms          bigint,
    pushed_ms         bigint,
    not_found         bigint not null,
    ended             text check (ended in ('delivered', 'cancelled', 'returned', 'forgotten')),
    acknowledged_ms   bigint,
    acknowledged_by   text,
    acknowledged_note text,
    changed_ms        bigint not null,
    primary key (shipment_id, sequence),
    check ((next_track_ms is null) = (ended is not null)),
    check (ended <> 'delivered' or (milestone = 'delivered' and tracking_number <> '')),
    check ((acknowledged_ms is null) = (acknowledged_by is null)),
    check ((acknowledged_ms is null) = (acknowledged_note is null))
);

create index parcels_due on parcels (urgency, next_track_ms) where next_track_ms is not null;
create index parcels_number on parcels (tracking_number);
create index parcels_changed on parcels (changed_ms, shipment_id, sequence);
create index parcels_open on parcels (milestone, changed_ms) where ended is null;

-- Questions asked of FedEx's Track API in a day of GMT, by all nodes, counted before they are sent.
create table track_days (
    day     text   not null primary key,
    asked   bigint not null,
    calls   bigint not null,
    refused bigint not null
);

-- How a scan reached us, for the time it took.
alter table scans add column source text not null default 'poll' check (source in ('push', 'poll'));
create index scans_source on scans (source, received_ms);

-- What is known so far was known of the master package.
insert into parcels (shipment_id, sequence, version, environment, tracking_number, unique_id, labelled_ms, milestone,
                     status_code, derived_code, status_text, last_scan_place, last_scan_text, reason_code, reason_text,
                     delivered_ms, next_track_ms, every_ms, urgency, asked_ms, not_found, ended, changed_ms)
select s.shipment_id, p.sequence, 0, coalesce(s.environment, ''), p.tracking_number, '',
       coalesce(s.labelled_ms, s.changed_ms),
       case when p.tracking_number = s.tracking_number or s.closed_ms is not null then s.milestone end,
       '', '', '', '', '', '', '',
       case when s.milestone = 'delivered'
                 and (p.tracking_number = s.tracking_number or s.closed_ms is not null) then s.delivered_ms end,
       case when s.closed_ms is null then coalesce(s.next_track_ms, s.changed_ms) end,
       3600000, 2, s.tracked_ms, 0,
       case when s.closed_ms is null then null
            when s.state = 'closed' and s.milestone = 'delivered' then 'delivered'
            when s.state = 'closed' then 'forgotten'
            when s.state = 'returned' then 'returned'
            else 'cancelled' end,
       s.changed_ms
from shipments s
join (
    select shipment_id, sequence, tracking_number from pieces
    union
    -- A label adopted before its packages were kept has its master alone.
    select shipment_id, 1, tracking_number from shipments
    where tracking_number is not null and shipment_id not in (select shipment_id from pieces)
) p on p.shipment_id = s.shipment_id
where s.tracking_number is not null;

update parcels
set last_scan_ms = (select max(at_ms) from scans
                    where scans.shipment_id = parcels.shipment_id
                      and scans.tracking_number = parcels.tracking_number);
