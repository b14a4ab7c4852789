-- Cases. Number, title, type and description stand sealed; the number is found by a keyed digest.
create table vault.case_file (
  agency_id     uuid         not null default vault.agency(),
  id            uuid         not null,
  number_index  bytea        not null,
  sealed        bytea        not null,
  case_key      bytea        not null check (length(case_key) = 48),
  opened_by     uuid         not null,
  opened_at     timestamptz  not null,
  exhibits      int          not null default 0,
  primary key (agency_id, id),
  unique (agency_id, number_index),
  foreign key (agency_id, opened_by) references vault.person
);
create index case_file_newest on vault.case_file (agency_id, opened_at desc, id desc);
create index case_file_by_opener on vault.case_file (agency_id, opened_by);
comment on column vault.case_file.id is '@id case';
comment on column vault.case_file.opened_by is '@id person';
comment on column vault.case_file.case_key is 'Key of the case, wrapped under the server key, then under the agency key';

create table vault.case_member (
  agency_id   uuid         not null default vault.agency(),
  case_id     uuid         not null,
  person_id   uuid         not null,
  level       text         not null check (level in ('view', 'work', 'lead')),
  added_by    uuid         not null,
  added_at    timestamptz  not null,
  expires_at  timestamptz,
  removed_at  timestamptz,
  primary key (agency_id, case_id, person_id),
  foreign key (agency_id, case_id) references vault.case_file,
  foreign key (agency_id, person_id) references vault.person
);
create index case_member_by_person on vault.case_member (agency_id, person_id) where removed_at is null;
comment on column vault.case_member.case_id is '@id case';
comment on column vault.case_member.person_id is '@id person';
comment on column vault.case_member.added_by is '@id person';
comment on column vault.case_member.level is '@type Level';
call vault.protect('vault.case_member');
grant select, insert, update on vault.case_member to sallyport_server;

-- Whether the person of this transaction sees a case: by the reach of a role, as its opener, or as a
-- member whose time has not run out. Its reads of case_file see every case of the agency only because
-- the policy below calls it; nobody gets a row through it.
create function vault.is_member(of uuid) returns boolean language sql stable parallel safe as $$
  select exists (
    select from vault.case_member
    where agency_id = vault.agency() and case_id = of and person_id = vault.person()
      and removed_at is null and (expires_at is null or expires_at > now()))
$$;

call vault.protect('vault.case_file');
create policy own_reach on vault.case_file as restrictive using (
  vault.case_reach() = 'agency'
  or (vault.case_reach() <> 'none' and (opened_by = vault.person() or (vault.case_reach() = 'case' and vault.is_member(id))))
);
grant select, insert, update (exhibits) on vault.case_file to sallyport_server;

create function vault.sees_case(of uuid) returns boolean language sql stable parallel safe as $$
  select exists (select from vault.case_file where agency_id = vault.agency() and id = of)
$$;

-- What people added to the record of a case or of an item: notes, persons, corrections. Never changed.
create table vault.remark (
  agency_id  uuid         not null default vault.agency(),
  id         uuid         not null,
  case_id    uuid         not null,
  item_id    uuid,
  kind       text         not null check (kind in ('note', 'person', 'annotation')),
  sealed     bytea        not null,
  by         uuid         not null,
  at         timestamptz  not null,
  primary key (agency_id, id),
  foreign key (agency_id, case_id) references vault.case_file,
  foreign key (agency_id, by) references vault.person
);
create index remark_by_case on vault.remark (agency_id, case_id, at) where item_id is null;
create index remark_by_item on vault.remark (agency_id, item_id, at) where item_id is not null;
comment on column vault.remark.id is '@id note';
comment on column vault.remark.case_id is '@id case';
comment on column vault.remark.item_id is '@id item';
comment on column vault.remark.by is '@id person';
comment on column vault.remark.kind is '@type ''note'' | ''person'' | ''annotation''';
call vault.protect('vault.remark');
create policy own_reach on vault.remark as restrictive using (vault.case_reach() = 'agency' or vault.sees_case(case_id));
grant select, insert on vault.remark to sallyport_server;
create trigger keep before update or delete on vault.remark for each row execute function vault.keep();

-- Whether a case number is taken, told also to those who do not see the case: a number names one case.
-- It widens the reach of this transaction for one look and puts it back.
create function vault.number_taken(asked bytea) returns boolean language plpgsql as $$
declare
  reach constant text := vault.case_reach();
  taken boolean;
begin
  perform set_config('vault.case_reach', 'agency', true);
  taken := exists (select from vault.case_file where agency_id = vault.agency() and number_index = asked);
  perform set_config('vault.case_reach', reach, true);
  return taken;
end $$;
