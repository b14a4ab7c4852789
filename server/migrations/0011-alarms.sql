-- What the vault found by itself and somebody must look at. In clear, because it is also raised while the
-- agency's key is away: only ids, sizes, times and words of a closed list. What a person writes when they
-- have seen it stands sealed.
create table vault.alarm (
  agency_id        uuid         not null default vault.agency(),
  id               uuid         not null,
  code             text         not null,
  subjects         uuid[]       not null check (cardinality(subjects) <= 64),
  facts            jsonb        not null check (jsonb_typeof(facts) = 'object'),
  times            int          not null default 1 check (times > 0),
  raised_at        timestamptz  not null,
  last_at          timestamptz  not null,
  acknowledged_at  timestamptz,
  acknowledged_by  uuid,
  note             bytea,
  primary key (agency_id, id),
  foreign key (agency_id, acknowledged_by) references vault.person,
  check ((acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null) = (note is null))
);
-- An open alarm of the same kind about the same things is counted up, not doubled.
create unique index alarm_open on vault.alarm (agency_id, code, subjects) where acknowledged_at is null;
create index alarm_newest on vault.alarm (agency_id, raised_at desc, id desc);
create index alarm_newest_open on vault.alarm (agency_id, raised_at desc, id desc) where acknowledged_at is null;
comment on column vault.alarm.id is '@id alarm';
comment on column vault.alarm.code is '@type AlarmCode';
comment on column vault.alarm.facts is '@type Readonly<Record<string, string | number>>';
comment on column vault.alarm.acknowledged_by is '@id person';
call vault.protect('vault.alarm');
grant select, insert, update (facts, times, last_at, acknowledged_at, acknowledged_by, note) on vault.alarm to sallyport_server;

-- What was acknowledged is history.
create function vault.keep_alarm() returns trigger language plpgsql as $$
begin
  if old.acknowledged_at is not null then
    raise exception 'alarm % was acknowledged and cannot change', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_alarm before update on vault.alarm for each row execute function vault.keep_alarm();
create trigger keep before delete on vault.alarm for each row execute function vault.keep();
