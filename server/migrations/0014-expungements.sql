-- Orders of a court that destroy what entries and records say. An order is drafted by one person and decided
-- by another: that they are two stands here, below the server, since it is the server that could be wrong.
--
-- `sealed` holds the court, the number and the date of the order, and while it is a draft also what helps to
-- decide it. `target` is an item, a person named in a case (a remark) or an account.
create table vault.expungement (
  agency_id   uuid         not null default vault.agency(),
  id          uuid         not null,
  scope       text         not null check (scope in ('item', 'person', 'account')),
  target      uuid         not null,
  case_id     uuid,
  state       text         not null check (state in ('drafted', 'withdrawn', 'declined', 'executed')),
  sealed      bytea        not null,
  drafted_by  uuid         not null,
  drafted_at  timestamptz  not null,
  decided_by  uuid,
  decided_at  timestamptz,
  entries     uuid[]       not null default '{}',
  primary key (agency_id, id),
  foreign key (agency_id, drafted_by) references vault.person,
  foreign key (agency_id, decided_by) references vault.person,
  foreign key (agency_id, case_id) references vault.case_file,
  check ((state = 'drafted') = (decided_by is null) and (state = 'drafted') = (decided_at is null)),
  check (state <> 'executed' or decided_by <> drafted_by)
);
create index expungement_newest on vault.expungement (agency_id, drafted_at desc, id desc);
comment on column vault.expungement.id is '@id expungement';
comment on column vault.expungement.scope is '@type ''item'' | ''person'' | ''account''';
comment on column vault.expungement.state is '@type ''drafted'' | ''withdrawn'' | ''declined'' | ''executed''';
comment on column vault.expungement.case_id is '@id case';
comment on column vault.expungement.drafted_by is '@id person';
comment on column vault.expungement.decided_by is '@id person';
comment on column vault.expungement.entries is '@type EntryId[]';
call vault.protect('vault.expungement');
grant select, insert, update (state, sealed, decided_by, decided_at, entries) on vault.expungement to sallyport_server;

-- Nobody drafts in the name of another, and nobody decides in the name of another.
create policy own_draft on vault.expungement as restrictive for insert
  with check (drafted_by = vault.person() and state = 'drafted' and entries = '{}');

-- A decision is for good; only the entries that tell of it are named after it, once.
create function vault.keep_expungement() returns trigger language plpgsql as $$
begin
  if old.state = 'drafted' and new.state <> 'drafted'
    and (new.decided_by is distinct from vault.person() or new.entries <> '{}') then
    raise exception 'expungement % is decided by the person who is signed in only', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if old.state <> 'drafted' and (
    to_jsonb(new) - 'entries' is distinct from to_jsonb(old) - 'entries' or old.entries <> '{}'
  ) then
    raise exception 'expungement % was decided and cannot change', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_expungement before update on vault.expungement for each row execute function vault.keep_expungement();
create trigger keep before delete on vault.expungement for each row execute function vault.keep();

-- An execution is over with its transaction: from then on its entries are named, and it destroys nothing more.
create function vault.expungement_told() returns trigger language plpgsql as $$
begin
  if exists (
    select from vault.expungement
    where agency_id = new.agency_id and id = new.id and state = 'executed' and entries = '{}'
  ) then
    raise exception 'expungement % was executed and no entry tells of it', new.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create constraint trigger told after update on vault.expungement deferrable initially deferred
  for each row when (new.state = 'executed') execute function vault.expungement_told();

-- Each thing that an order destroyed, by its id: entries, the item, its object, remarks, papers, an account.
create table vault.expunged (
  agency_id       uuid  not null default vault.agency(),
  thing           uuid  not null,
  expungement_id  uuid  not null,
  primary key (agency_id, thing),
  foreign key (agency_id, expungement_id) references vault.expungement
);
create index expunged_by_order on vault.expunged (agency_id, expungement_id);
comment on column vault.expunged.expungement_id is '@id expungement';
call vault.protect('vault.expunged');
grant select, insert on vault.expunged to sallyport_server;

-- Things are named while an order is being executed: after the decision, and before the entries that tell of it.
-- After the insert: the policy of the table judges first.
create function vault.begin_expunged() returns trigger language plpgsql as $$
begin
  if not exists (
    select from vault.expungement as court_order
    where court_order.agency_id = new.agency_id and court_order.id = new.expungement_id
      and court_order.state = 'executed' and court_order.entries = '{}'
  ) then
    raise exception 'nothing is destroyed under order %: it is not being executed', new.expungement_id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger begin_expunged after insert on vault.expunged
  for each row execute function vault.begin_expunged();
create trigger keep before update or delete on vault.expunged for each row execute function vault.keep();
create trigger keep_all before truncate on vault.expunged for each statement execute function vault.keep();

-- Whether an order that was decided by a second person names this thing.
create function vault.is_expunged(of uuid) returns boolean language sql stable as $$
  select exists (
    select from vault.expunged as named
      join vault.expungement as court_order
        on court_order.agency_id = named.agency_id and court_order.id = named.expungement_id
    where named.agency_id = vault.agency() and named.thing = of and court_order.state = 'executed')
$$;

-- An entry gets its place once. What opens it is destroyed once, both parts together, and only when an order names it.
create or replace function vault.keep_position() returns trigger language plpgsql as $$
begin
  if new.secret is distinct from old.secret or new.sealed is distinct from old.sealed then
    if new.secret is null and new.sealed is null and new.position is not distinct from old.position
      and vault.is_expunged(old.id) then
      return new;
    end if;
    raise exception 'what entry % says is destroyed by order of a court only', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if old.position is not null then
    raise exception 'entry % has its place in the ledger for good', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
grant update (secret, sealed) on vault.ledger_entry to sallyport_server;

-- For rows that never change, save that an order empties one column of them, or has it say so.
create function vault.keep_unless_expunged() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - tg_argv[0] = to_jsonb(old) - tg_argv[0]
    and vault.is_expunged((to_jsonb(old) ->> tg_argv[1])::uuid) then
    return new;
  end if;
  raise exception 'a row of % cannot be changed or removed', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

drop trigger keep on vault.remark;
alter table vault.remark alter column sealed drop not null;
create trigger keep before update or delete on vault.remark
  for each row execute function vault.keep_unless_expunged('sealed', 'id');
grant update (sealed) on vault.remark to sallyport_server;

alter table vault.object_key alter column wrapped drop not null;
create trigger keep before update or delete on vault.object_key
  for each row execute function vault.keep_unless_expunged('wrapped', 'object_id');
grant update (wrapped) on vault.object_key to sallyport_server;

create trigger keep before update or delete on vault.paper
  for each row execute function vault.keep_unless_expunged('sealed', 'id');
grant update (sealed) on vault.paper to sallyport_server;

-- An item keeps its place in the case and its number; its record, its digest and its dates go.
alter table vault.item drop constraint item_state_check;
alter table vault.item add constraint item_state_check
  check (state in ('receiving', 'held', 'quarantined', 'abandoned', 'expunged'));
comment on column vault.item.state is '@type ''receiving'' | ''held'' | ''quarantined'' | ''abandoned'' | ''expunged''';
grant update (sealed, recorded_at) on vault.item to sallyport_server;

create or replace function vault.keep_item() returns trigger language plpgsql as $$
begin
  if old.state = 'expunged' or (new.state = 'expunged' and not vault.is_expunged(old.id)) then
    raise exception 'item % is destroyed by order of a court only, and once', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> 'expunged' and (new.sealed <> old.sealed or new.recorded_at is distinct from old.recorded_at) then
    raise exception 'the record of item % is corrected by annotation', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> 'expunged' and old.sha256 is not null and (
    new.sha256 is distinct from old.sha256 or new.exhibit is distinct from old.exhibit
    or new.received_at is distinct from old.received_at
    or (new.state <> old.state and not (old.state = 'quarantined' and new.state = 'held'))
    or (old.received_entry is not null and new.received_entry is distinct from old.received_entry)
  ) then
    raise exception 'item % was received: its digest, its number and its receipt cannot change', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

-- A record is not even written again as it is: only an order touches it.
create function vault.keep_item_record() returns trigger language plpgsql as $$
begin
  if new.state <> 'expunged' then
    raise exception 'the record of item % is corrected by annotation', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_item_record before update of sealed, recorded_at on vault.item
  for each row execute function vault.keep_item_record();

-- Where the bytes lay is known for good; that they were destroyed, too.
alter table vault.object add column expunged_at timestamptz;
drop trigger keep on vault.object;
create trigger keep before update or delete on vault.object
  for each row execute function vault.keep_unless_expunged('expunged_at', 'id');
grant update (expunged_at) on vault.object to sallyport_server;

-- Exports that were prepared and name what was destroyed end, and lose their reason.
grant update (why, ends_at) on vault.export to sallyport_server;
