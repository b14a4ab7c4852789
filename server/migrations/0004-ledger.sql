-- What was done, by whom. Written in the transaction that did it; nobody may change it after.
--
-- `leaf` is the entry as it stands in the tree: salted commitments, no content. `sealed` is what opens
-- them (actor and detail), under a key that comes from `secret`; a court-ordered expungement destroys
-- both and leaves the tree whole. `position` is given later, once, by the one sequencer.
create table vault.ledger_entry (
  agency_id  uuid         not null default vault.agency(),
  id         uuid         not null,
  at         timestamptz  not null,
  act        text         not null,
  person_id  uuid,
  leaf       bytea        not null check (length(leaf) between 1 and 65535),
  holder     text         not null check (holder in ('agency', 'server')),
  secret     bytea,
  sealed     bytea,
  position   bigint,
  primary key (agency_id, id)
);
create unique index ledger_by_position on vault.ledger_entry (agency_id, position) where position is not null;
create index ledger_waiting on vault.ledger_entry (agency_id, at, id) where position is null;
create index ledger_by_act on vault.ledger_entry (agency_id, act, at desc, id);
create index ledger_by_person on vault.ledger_entry (agency_id, person_id, at desc, id);
create index ledger_by_time on vault.ledger_entry (agency_id, at desc, id);
call vault.protect('vault.ledger_entry');
grant select, insert, update (position) on vault.ledger_entry to sallyport_server;
comment on column vault.ledger_entry.id is '@id entry';
comment on column vault.ledger_entry.act is '@type Act';
comment on column vault.ledger_entry.person_id is '@id person';
comment on column vault.ledger_entry.holder is '@type ''agency'' | ''server''';

create function vault.keep_position() returns trigger language plpgsql as $$
begin
  if old.position is not null then
    raise exception 'entry % has its place in the ledger for good', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_position before update on vault.ledger_entry for each row execute function vault.keep_position();
create trigger keep before delete on vault.ledger_entry for each row execute function vault.keep();
create trigger keep_all before truncate on vault.ledger_entry for each statement execute function vault.keep();

-- Which things an entry is about: a case, an item, a person, an upload.
create table vault.ledger_subject (
  agency_id  uuid         not null default vault.agency(),
  subject    uuid         not null,
  at         timestamptz  not null,
  entry_id   uuid         not null,
  primary key (agency_id, subject, at, entry_id)
);
call vault.protect('vault.ledger_subject');
grant select, insert on vault.ledger_subject to sallyport_server;
comment on column vault.ledger_subject.entry_id is '@id entry';
create trigger keep before update or delete on vault.ledger_subject for each row execute function vault.keep();
create trigger keep_all before truncate on vault.ledger_subject for each statement execute function vault.keep();

-- The head of each tree: how many entries have a place, and the newest checkpoint. It only grows.
create table vault.ledger_head (
  agency_id     uuid         primary key default vault.agency(),
  placed        bigint       not null check (placed >= size),
  size          bigint       not null check (size >= 0),
  root          bytea        not null check (length(root) = 32),
  note          text         not null,
  published_at  timestamptz  not null
);
call vault.protect('vault.ledger_head');
grant select, insert, update on vault.ledger_head to sallyport_server;

create function vault.keep_head() returns trigger language plpgsql as $$
begin
  if new.size < old.size or new.placed < old.placed or (new.size = old.size and new.root <> old.root) then
    raise exception 'a ledger never shrinks and never signs two trees of one size' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_head before update on vault.ledger_head for each row execute function vault.keep_head();
create trigger keep before delete on vault.ledger_head for each row execute function vault.keep();
