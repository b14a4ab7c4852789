-- When the stored bytes of each object were last hashed again, and what was found. Apart from the object,
-- whose row never changes.
--
-- `turn` is the place in a round, random and drawn anew after each check, so that nobody can tell from
-- dates or cases which object comes next; `round` is the last one that the object was checked in. What
-- comes next is therefore the first row by (round, turn), found by an index however many there are.
create table vault.fixity (
  agency_id   uuid         not null default vault.agency(),
  object_id   uuid         not null,
  round       int          not null,
  turn        uuid         not null default gen_random_uuid(),
  checked_at  timestamptz,
  result      text         check (result in ('whole', 'missing', 'altered')),
  primary key (agency_id, object_id),
  foreign key (agency_id, object_id) references vault.object,
  check ((checked_at is null) = (result is null))
);
create index fixity_due on vault.fixity (agency_id, round, turn);
comment on column vault.fixity.object_id is '@id object';
comment on column vault.fixity.result is '@type ''whole'' | ''missing'' | ''altered''';

-- A round looks at every object once. One server at a time works on it: whoever holds the lease, which it
-- renews by the database's clock and another takes over when it was not renewed.
create table vault.fixity_round (
  agency_id      uuid         not null default vault.agency(),
  number         int          not null check (number > 0),
  begun_at       timestamptz  not null,
  begun_by       uuid,
  ended_at       timestamptz,
  objects        bigint       not null,
  bytes          bigint       not null,
  checked        bigint       not null default 0,
  checked_bytes  bigint       not null default 0,
  missing        int          not null default 0,
  altered        int          not null default 0,
  untracked      int          not null default 0,
  holder         uuid,
  held_until     timestamptz,
  primary key (agency_id, number),
  foreign key (agency_id, begun_by) references vault.person
);
create unique index fixity_round_open on vault.fixity_round (agency_id) where ended_at is null;
comment on column vault.fixity_round.begun_by is '@id person';
call vault.protect('vault.fixity_round');
grant select, insert, update (ended_at, checked, checked_bytes, missing, altered, untracked, holder, held_until)
  on vault.fixity_round to sallyport_server;

create function vault.keep_round() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null then
    raise exception 'round % has ended and cannot change', old.number using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_round before update on vault.fixity_round for each row execute function vault.keep_round();
create trigger keep before delete on vault.fixity_round for each row execute function vault.keep();

-- What was found, for good. In clear, since it is also found while the agency's key is away.
create table vault.fixity_finding (
  agency_id  uuid         not null default vault.agency(),
  id         uuid         not null,
  round      int          not null,
  what       text         not null check (what in ('missing', 'altered', 'untracked')),
  object_id  uuid,
  item_id    uuid,
  bytes      bigint,
  reason     text         not null
             check (reason in ('gone', 'other-bytes', 'unreadable', 'unknown', 'cancelled', 'refused', 'expired', 'expunged')),
  removed    boolean      not null,
  at         timestamptz  not null,
  primary key (agency_id, id),
  foreign key (agency_id, round) references vault.fixity_round,
  foreign key (agency_id, item_id) references vault.item
);
create index fixity_finding_newest on vault.fixity_finding (agency_id, at desc, id desc);
comment on column vault.fixity_finding.id is '@id finding';
comment on column vault.fixity_finding.object_id is '@id object';
comment on column vault.fixity_finding.item_id is '@id item';
comment on column vault.fixity_finding.what is '@type ''missing'' | ''altered'' | ''untracked''';
comment on column vault.fixity_finding.reason is '@type ''gone'' | ''other-bytes'' | ''unreadable'' | ''unknown'' | ''cancelled'' | ''refused'' | ''expired'' | ''expunged''';
call vault.protect('vault.fixity_finding');
grant select, insert on vault.fixity_finding to sallyport_server;
create trigger keep before update or delete on vault.fixity_finding for each row execute function vault.keep();

-- Whose bytes lie in the store is asked by the name of the object.
create index upload_by_object on vault.upload (agency_id, object_id);

-- What is received was hashed while it came, so it is first due in the next round.
create function vault.join_fixity() returns trigger language plpgsql as $$
begin
  insert into vault.fixity (agency_id, object_id, round)
  values (new.agency_id, new.id, coalesce((select max(number) from vault.fixity_round where agency_id = new.agency_id), 0));
  return null;
end $$;
create trigger join_fixity after insert on vault.object for each row execute function vault.join_fixity();

-- Objects from before this table. Row security is forced on the owner too, so it is lifted for this one statement.
alter table vault.object no force row level security;
insert into vault.fixity (agency_id, object_id, round) select agency_id, id, 0 from vault.object;
alter table vault.object force row level security;
call vault.protect('vault.fixity');
grant select, insert, update (round, turn, checked_at, result) on vault.fixity to sallyport_server;
