-- Items. A row is the item's card; its bytes lie sealed in the object store under a random name.
create table vault.item (
  agency_id       uuid         not null default vault.agency(),
  id              uuid         not null,
  case_id         uuid         not null,
  exhibit         int,
  state           text         not null check (state in ('receiving', 'held', 'quarantined', 'abandoned')),
  sealed          bytea        not null,
  size            bigint       not null check (size >= 0),
  sha256          bytea        check (length(sha256) = 32),
  parent_id       uuid,
  recorded_at     timestamptz,
  added_by        uuid         not null,
  added_at        timestamptz  not null,
  received_at     timestamptz,
  received_entry  uuid,
  quarantine      text[]       not null default '{}',
  primary key (agency_id, id),
  foreign key (agency_id, case_id) references vault.case_file,
  foreign key (agency_id, parent_id) references vault.item,
  foreign key (agency_id, added_by) references vault.person,
  check ((state in ('held', 'quarantined')) = (exhibit is not null and sha256 is not null and received_at is not null))
);
create index item_newest on vault.item (agency_id, added_at desc, id desc);
create index item_by_case on vault.item (agency_id, case_id, added_at desc, id desc);
create index item_by_person on vault.item (agency_id, added_by, added_at desc, id desc);
create index item_by_digest on vault.item (agency_id, sha256) where sha256 is not null;
create index item_by_state on vault.item (agency_id, state, added_at desc, id desc) where state <> 'held';
create index item_by_parent on vault.item (agency_id, parent_id) where parent_id is not null;
create unique index item_exhibit on vault.item (agency_id, case_id, exhibit) where exhibit is not null;
comment on column vault.item.id is '@id item';
comment on column vault.item.case_id is '@id case';
comment on column vault.item.parent_id is '@id item';
comment on column vault.item.added_by is '@id person';
comment on column vault.item.received_entry is '@id entry';
comment on column vault.item.state is '@type ''receiving'' | ''held'' | ''quarantined'' | ''abandoned''';
call vault.protect('vault.item');
create policy own_reach on vault.item as restrictive using (
  vault.item_reach() = 'agency'
  or (vault.item_reach() = 'own' and added_by = vault.person())
  or (vault.item_reach() = 'case' and (added_by = vault.person() or vault.sees_case(case_id)))
);
grant select, insert, update (exhibit, state, sha256, received_at, received_entry, quarantine) on vault.item to sallyport_server;

-- Once held, an item's size, digest, exhibit number and parent are for good.
create function vault.keep_item() returns trigger language plpgsql as $$
begin
  if old.sha256 is not null and (new.sha256 <> old.sha256 or new.exhibit <> old.exhibit or new.received_at <> old.received_at) then
    raise exception 'item % is held: its digest and its number cannot change', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_item before update on vault.item for each row execute function vault.keep_item();
create trigger keep before delete on vault.item for each row execute function vault.keep();

-- The sealed bytes of an item: where they lie, and what they must hash to.
create table vault.object (
  agency_id      uuid         not null default vault.agency(),
  id             uuid         not null,
  item_id        uuid         not null,
  place          text         not null check (place in ('disk')),
  length         bigint       not null,
  sealed_length  bigint       not null,
  sealed_sha256  bytea        not null check (length(sealed_sha256) = 32),
  header_tag     bytea        not null check (length(header_tag) = 32),
  created_at     timestamptz  not null,
  primary key (agency_id, id),
  unique (agency_id, item_id)
);
comment on column vault.object.id is '@id object';
comment on column vault.object.item_id is '@id item';
call vault.protect('vault.object');
grant select, insert on vault.object to sallyport_server;
create trigger keep before update or delete on vault.object for each row execute function vault.keep();

-- The key of each object, wrapped under the key of its case. Apart, so that rotation never touches objects.
create table vault.object_key (
  agency_id  uuid         not null default vault.agency(),
  object_id  uuid         not null,
  version    int          not null check (version > 0),
  case_id    uuid         not null,
  wrapped    bytea        not null check (length(wrapped) = 40),
  at         timestamptz  not null,
  primary key (agency_id, object_id, version)
);
comment on column vault.object_key.object_id is '@id object';
comment on column vault.object_key.case_id is '@id case';
call vault.protect('vault.object_key');
grant select, insert on vault.object_key to sallyport_server;

-- Files under way. What had arrived of one that is cancelled, refused or expired is destroyed.
create table vault.upload (
  agency_id        uuid         not null default vault.agency(),
  id               uuid         not null,
  item_id          uuid         not null,
  case_id          uuid         not null,
  object_id        uuid         not null,
  person_id        uuid         not null,
  size             bigint       not null check (size > 0),
  received         bigint       not null default 0 check (received between 0 and size),
  state            text         not null check (state in ('receiving', 'checking', 'held', 'quarantined', 'refused', 'cancelled', 'expired')),
  declared_sha256  bytea        check (length(declared_sha256) = 32),
  begun_at         timestamptz  not null,
  moved_at         timestamptz  not null,
  expires_at       timestamptz  not null,
  primary key (agency_id, id),
  unique (agency_id, item_id),
  foreign key (agency_id, item_id) references vault.item
);
create index upload_by_person on vault.upload (agency_id, person_id, begun_at desc, id desc);
create index upload_open on vault.upload (agency_id, expires_at) where state in ('receiving', 'checking');
comment on column vault.upload.id is '@id upload';
comment on column vault.upload.item_id is '@id item';
comment on column vault.upload.case_id is '@id case';
comment on column vault.upload.object_id is '@id object';
comment on column vault.upload.person_id is '@id person';
comment on column vault.upload.state is '@type ''receiving'' | ''checking'' | ''held'' | ''quarantined'' | ''refused'' | ''cancelled'' | ''expired''';
call vault.protect('vault.upload');
create policy own_uploads on vault.upload as restrictive using (vault.person() is null or person_id = vault.person());
grant select, insert, update (received, state, declared_sha256, moved_at, expires_at) on vault.upload to sallyport_server;

-- A viewing: the person opened the content of an item, and may read its bytes until `ends_at`.
create table vault.viewing (
  agency_id   uuid         not null default vault.agency(),
  id          uuid         not null,
  item_id     uuid         not null,
  session_id  uuid         not null,
  person_id   uuid         not null,
  purpose     text         not null check (purpose in ('view', 'download')),
  opened_at   timestamptz  not null,
  ends_at     timestamptz  not null,
  primary key (agency_id, id)
);
comment on column vault.viewing.id is '@id viewing';
comment on column vault.viewing.item_id is '@id item';
comment on column vault.viewing.session_id is '@id session';
comment on column vault.viewing.person_id is '@id person';
comment on column vault.viewing.purpose is '@type ''view'' | ''download''';
call vault.protect('vault.viewing');
create policy own_viewings on vault.viewing as restrictive using (vault.person() is null or person_id = vault.person());
grant select, insert on vault.viewing to sallyport_server;

-- An export that was prepared: which items go into the bag, for whom, until when.
create table vault.export (
  agency_id   uuid         not null default vault.agency(),
  id          uuid         not null,
  case_id     uuid         not null,
  items       uuid[]       not null check (cardinality(items) between 1 and 100000),
  session_id  uuid         not null,
  person_id   uuid         not null,
  why         bytea        not null,
  made_at     timestamptz  not null,
  ends_at     timestamptz  not null,
  primary key (agency_id, id)
);
comment on column vault.export.id is '@id export';
comment on column vault.export.case_id is '@id case';
comment on column vault.export.items is '@type ItemId[]';
comment on column vault.export.session_id is '@id session';
comment on column vault.export.person_id is '@id person';
call vault.protect('vault.export');
create policy own_exports on vault.export as restrictive using (vault.person() is null or person_id = vault.person());
grant select, insert on vault.export to sallyport_server;
