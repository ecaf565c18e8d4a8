-- Printers. A removed one keeps its row: finished jobs still name it.
create table printers (
    printer_id text   not null primary key,
    name       text   not null,
    kind       text   not null check (kind in ('raw', 'ipp')),
    address    text   not null check (address not like '%@%'),
    takes      text   not null check (takes in ('PDF', 'PNG', 'ZPLII')),
    enabled    bigint not null check (enabled in (0, 1)),
    created_ms bigint not null,
    updated_ms bigint not null,
    removed_ms bigint
);
create unique index printers_name on printers (name) where removed_ms is null;

-- Which printer prints what for a warehouse; the warehouse `default` stands for all others.
create table print_routes (
    warehouse  text   not null,
    purpose    text   not null check (purpose in ('label', 'paper')),
    printer_id text   not null references printers (printer_id),
    primary key (warehouse, purpose)
);

-- One document on its way to paper. The key sorts by time and, within a shipment, by piece: it is
-- the order of printing.
create table print_jobs (
    job_id         text   not null primary key,
    printer_id     text   not null references printers (printer_id),
    shipment_id    text,
    sequence       bigint,
    document_no    bigint,
    content_type   text   not null,
    image_type     text   not null,
    copies         bigint not null check (copies > 0),
    origin         text   not null check (origin in ('automatic', 'reprint', 'test')),
    asked_by       text,
    reason         text,
    state          text   not null check (state in (
        'queued', 'sending', 'sent', 'printed', 'failed', 'stopped', 'unknown', 'cancelled')),
    version        bigint not null,
    cause_code     text,
    cause_detail   text,
    failures       bigint not null,
    next_run_ms    bigint,
    lease          text,
    lease_until_ms bigint,
    sent_to        text,
    remote_job     bigint,
    created_ms     bigint not null,
    changed_ms     bigint not null,
    foreign key (shipment_id, sequence, document_no) references documents (shipment_id, sequence, document_no),
    check ((origin = 'test') = (shipment_id is null)),
    check ((shipment_id is null) = (sequence is null) and (shipment_id is null) = (document_no is null)),
    check (origin = 'automatic' or asked_by is not null),
    check (origin <> 'reprint' or reason is not null),
    check (state not in ('failed', 'stopped', 'unknown') or cause_code is not null),
    check ((state = 'sending') = (lease is not null) and (lease is null) = (lease_until_ms is null)),
    check ((next_run_ms is not null) = (state in ('queued', 'failed', 'sent'))),
    check (state <> 'sent' or (sent_to is not null and remote_job is not null))
);

-- By itself the program prints a document once, ever.
create unique index print_jobs_automatic on print_jobs (shipment_id, sequence, document_no)
    where origin = 'automatic';
-- At most one job of a document is under way: two clicks are not two labels.
create unique index print_jobs_under_way on print_jobs (shipment_id, sequence, document_no)
    where state in ('queued', 'failed', 'sending', 'sent');
-- A printer is sent one job at a time, so that the pieces of a shipment come out in their order.
create unique index print_jobs_sending on print_jobs (printer_id) where state = 'sending';
create index print_jobs_waiting on print_jobs (printer_id, job_id) where state in ('queued', 'failed', 'sending');
create index print_jobs_due on print_jobs (next_run_ms) where next_run_ms is not null;
create index print_jobs_state on print_jobs (state, job_id);

-- What is on paper, or given up, stays so: another print is another job.
create function print_job_has_ended() returns trigger language plpgsql as $$
begin
    raise exception 'a finished print job does not change';
end;
$$;

create trigger print_jobs_end before update of state on print_jobs
    for each row when (old.state in ('printed', 'cancelled')) execute function print_job_has_ended();
