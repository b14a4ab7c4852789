-- Items that pass from hand to hand and from case to case, and for which touches the agency asks a reason.
alter table vault.agency_file add column reasons text[] not null default '{copy,transfer}'
  check (reasons <@ '{view,print,copy,transfer}'::text[]);
comment on column vault.agency_file.reasons is '@type ReasonTouch[]';
grant update (reasons) on vault.agency_file to sallyport_server;

-- Custody on offer, and custody that has passed. `sealed` holds what both parties saw, with its digest: it names
-- the item and the people. Null for a person means that custody was, or went, outside the agency.
create table vault.transfer (
  agency_id    uuid         not null default vault.agency(),
  id           uuid         not null,
  item_id      uuid         not null,
  from_person  uuid,
  to_person    uuid,
  offered_by   uuid         not null,
  state        text         not null check (state in ('offered', 'accepted', 'refused', 'withdrawn', 'expired')),
  sealed       bytea        not null,
  offered_at   timestamptz  not null,
  ends_at      timestamptz  not null,
  decided_at   timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, item_id) references vault.item,
  foreign key (agency_id, from_person) references vault.person,
  foreign key (agency_id, to_person) references vault.person,
  foreign key (agency_id, offered_by) references vault.person,
  check ((state = 'offered') = (decided_at is null)),
  check (from_person is not null or to_person is not null),
  check (from_person <> to_person),
  check (to_person is not null or state = 'accepted')
);
create unique index transfer_open on vault.transfer (agency_id, item_id) where state = 'offered';
create index transfer_by_item on vault.transfer (agency_id, item_id, offered_at desc, id desc);
create index transfer_by_receiver on vault.transfer (agency_id, to_person, offered_at desc, id desc);
create index transfer_by_offerer on vault.transfer (agency_id, offered_by, offered_at desc, id desc);
create index transfer_ending on vault.transfer (agency_id, ends_at) where state = 'offered';
comment on column vault.transfer.id is '@id transfer';
comment on column vault.transfer.item_id is '@id item';
comment on column vault.transfer.from_person is '@id person';
comment on column vault.transfer.to_person is '@id person';
comment on column vault.transfer.offered_by is '@id person';
comment on column vault.transfer.state is '@type ''offered'' | ''accepted'' | ''refused'' | ''withdrawn'' | ''expired''';
call vault.protect('vault.transfer');
create policy own_reach on vault.transfer as restrictive using (
  vault.item_reach() = 'agency'
  or exists (select from vault.item where item.agency_id = vault.agency() and item.id = transfer.item_id)
);
create policy own_offer on vault.transfer as restrictive for insert
  with check (offered_by = vault.person() and (state = 'offered' or to_person is null));
grant select, insert, update (state, sealed, decided_at) on vault.transfer to sallyport_server;

-- Nobody accepts for another: that stands here, below the server, since it is the server that could be wrong.
-- What was decided stays; what was seen stays, unless a court has it destroyed, with the item or for whom it names.
create function vault.keep_transfer() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'sealed' = to_jsonb(old) - 'sealed' and (vault.is_expunged(old.item_id) or vault.is_expunged(old.id)) then
    return new;
  end if;
  if old.state <> 'offered'
    or to_jsonb(new) - '{state,decided_at}'::text[] is distinct from to_jsonb(old) - '{state,decided_at}'::text[] then
    raise exception 'transfer % was offered and decided as it stands', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state in ('accepted', 'refused') and old.to_person is distinct from vault.person() then
    raise exception 'transfer % is accepted or refused by its receiver only', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_transfer before update on vault.transfer
  for each row execute function vault.keep_transfer();
create trigger keep before delete on vault.transfer for each row execute function vault.keep();

-- Moves of an item from one case to another. An exhibit number that was left is never given to anything else.
create table vault.item_move (
  agency_id     uuid         not null default vault.agency(),
  id            uuid         not null,
  item_id       uuid         not null,
  from_case     uuid         not null,
  from_exhibit  int          not null,
  to_case       uuid         not null,
  to_exhibit    int          not null,
  by            uuid         not null,
  at            timestamptz  not null,
  primary key (agency_id, id),
  unique (agency_id, from_case, from_exhibit),
  foreign key (agency_id, item_id) references vault.item,
  foreign key (agency_id, from_case) references vault.case_file,
  foreign key (agency_id, to_case) references vault.case_file,
  foreign key (agency_id, by) references vault.person,
  check (from_case <> to_case)
);
create index item_move_by_item on vault.item_move (agency_id, item_id, at);
comment on column vault.item_move.item_id is '@id item';
comment on column vault.item_move.from_case is '@id case';
comment on column vault.item_move.to_case is '@id case';
comment on column vault.item_move.by is '@id person';
call vault.protect('vault.item_move');
create policy own_reach on vault.item_move as restrictive using (
  vault.item_reach() = 'agency'
  or exists (select from vault.item where item.agency_id = vault.agency() and item.id = item_move.item_id)
);
grant select, insert on vault.item_move to sallyport_server;
create trigger keep before update or delete on vault.item_move for each row execute function vault.keep();

-- An item leaves its case and its number by a move that is on record, and in no other way.
grant update (case_id) on vault.item to sallyport_server;
create or replace function vault.keep_item() returns trigger language plpgsql as $$
declare
  is_moved constant boolean := new.case_id <> old.case_id;
begin
  if old.state = 'expunged' or (new.state = 'expunged' and not vault.is_expunged(old.id)) then
    raise exception 'item % is destroyed by order of a court only, and once', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if is_moved and (new.state = 'expunged' or not exists (
    select from vault.item_move as move
    where move.agency_id = vault.agency() and move.item_id = old.id
      and move.from_case = old.case_id and move.from_exhibit = old.exhibit
      and move.to_case = new.case_id and move.to_exhibit = new.exhibit
  )) then
    raise exception 'item % is moved to another case by a move on record only', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> 'expunged' and (new.sealed <> old.sealed or new.recorded_at is distinct from old.recorded_at) then
    raise exception 'the record of item % is corrected by annotation', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> 'expunged' and old.sha256 is not null and (
    new.sha256 is distinct from old.sha256 or (new.exhibit is distinct from old.exhibit and not is_moved)
    or new.received_at is distinct from old.received_at
    or (new.state <> old.state and not (old.state = 'quarantined' and new.state = 'held'))
    or (old.received_entry is not null and new.received_entry is distinct from old.received_entry)
  ) then
    raise exception 'item % was received: its digest, its number and its receipt cannot change', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

-- What hangs on an item goes with it: its corrections, its words in the index, the key of its object.
grant update (case_id) on vault.remark to sallyport_server;
create function vault.keep_remark() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - 'sealed' = to_jsonb(old) - 'sealed' and vault.is_expunged(old.id) then
    return new;
  end if;
  if tg_op = 'UPDATE' and to_jsonb(new) - 'case_id' = to_jsonb(old) - 'case_id' and new.item_id is not null
    and new.case_id = (select case_id from vault.item where agency_id = vault.agency() and id = new.item_id) then
    return new;
  end if;
  raise exception 'a row of % cannot be changed or removed', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
drop trigger keep on vault.remark;
create trigger keep before update or delete on vault.remark for each row execute function vault.keep_remark();

grant update (case_id) on vault.search_index to sallyport_server;

-- A key under a case that its object has left is destroyed, once the key under the new case is there.
create function vault.keep_object_key() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - 'wrapped' = to_jsonb(old) - 'wrapped' and (
    vault.is_expunged(old.object_id) or (new.wrapped is null and exists (
      select from vault.object_key as later
      where later.agency_id = vault.agency() and later.object_id = old.object_id
        and later.version > old.version and later.wrapped is not null))
  ) then
    return new;
  end if;
  raise exception 'a row of % cannot be changed or removed', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
drop trigger keep on vault.object_key;
create trigger keep before update or delete on vault.object_key for each row execute function vault.keep_object_key();
