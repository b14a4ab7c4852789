-- The key that signs court papers: ECDSA P-256, wrapped under the server key as the ledger's is, and the
-- certificate that it signed for itself. A later one takes its place before the certificate ends.
create table vault.paper_key (
  agency_id    uuid         not null default vault.agency(),
  certificate  bytea        not null,
  wrapped      bytea        not null check (length(wrapped) = 40),
  created_at   timestamptz  not null,
  primary key (agency_id, created_at)
);
call vault.protect('vault.paper_key');
grant select, insert on vault.paper_key to sallyport_server;
create trigger keep before update or delete on vault.paper_key for each row execute function vault.keep();

-- Court papers as they were made: the PDF and the reason stand sealed, what the ledger holds stands in clear.
create table vault.paper (
  agency_id  uuid         not null default vault.agency(),
  id         uuid         not null,
  kind       text         not null check (kind in ('custody', 'certification-902-13', 'certification-902-14', 'system-description')),
  case_id    uuid         not null,
  item_id    uuid,
  items      uuid[]       not null,
  person_id  uuid         not null,
  sealed     bytea        not null,
  sha256     bytea        not null check (length(sha256) = 32),
  size       bigint       not null check (size > 0),
  stamped    boolean      not null,
  made_at    timestamptz  not null,
  primary key (agency_id, id),
  foreign key (agency_id, case_id) references vault.case_file,
  foreign key (agency_id, item_id) references vault.item,
  foreign key (agency_id, person_id) references vault.person
);
create index paper_by_case on vault.paper (agency_id, case_id, made_at desc, id desc);
create index paper_by_item on vault.paper (agency_id, item_id, made_at desc, id desc) where item_id is not null;
comment on column vault.paper.id is '@id paper';
comment on column vault.paper.case_id is '@id case';
comment on column vault.paper.item_id is '@id item';
comment on column vault.paper.items is '@type ItemId[]';
comment on column vault.paper.person_id is '@id person';
comment on column vault.paper.kind is '@type ''custody'' | ''certification-902-13'' | ''certification-902-14'' | ''system-description''';
call vault.protect('vault.paper');
create policy own_reach on vault.paper as restrictive using (vault.case_reach() = 'agency' or vault.sees_case(case_id));
grant select, insert on vault.paper to sallyport_server;

-- What goes into the bag of an export, in a table of its own: a case may hold more than one row can list.
-- An export lasts twelve hours, so those that were prepared before are prepared again.
create table vault.export_item (
  agency_id  uuid  not null default vault.agency(),
  export_id  uuid  not null,
  nth        int   not null check (nth >= 0),
  item_id    uuid  not null,
  primary key (agency_id, export_id, nth),
  foreign key (agency_id, export_id) references vault.export,
  foreign key (agency_id, item_id) references vault.item
);
comment on column vault.export_item.export_id is '@id export';
comment on column vault.export_item.item_id is '@id item';
call vault.protect('vault.export_item');
grant select, insert on vault.export_item to sallyport_server;
alter table vault.export drop column items;
