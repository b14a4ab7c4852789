-- The ground that everything stands on: who is asking, and how a table is protected.
--
-- The server connects as a member of sallyport_server, which owns nothing and so cannot step around
-- row security. Each transaction says for whom it is; unset, or left empty by an earlier transaction,
-- vault.agency() raises: no default, no rows.

create schema vault;
grant usage on schema vault to sallyport_server;

create function vault.agency() returns uuid language sql stable parallel safe
  return current_setting('vault.agency')::uuid;

-- The person; null for a job of the server itself.
create function vault.person() returns uuid language sql stable parallel safe
  return nullif(current_setting('vault.person', true), '')::uuid;

-- How far the person's roles reach into cases, and into items: none, own, case, agency.
create function vault.case_reach() returns text language sql stable parallel safe
  return coalesce(nullif(current_setting('vault.case_reach', true), ''), 'none');

create function vault.item_reach() returns text language sql stable parallel safe
  return coalesce(nullif(current_setting('vault.item_reach', true), ''), 'none');

-- Every table goes through this: row security on, forced on its owner too, and restrictive, so that a
-- later permissive policy can never widen it.
create procedure vault.protect(of regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', of);
  execute format('alter table %s force row level security', of);
  execute format('create policy own_agency on %s as restrictive using (agency_id = vault.agency())', of);
  execute format('create policy anyone on %s as permissive using (true)', of);
end $$;

-- For rows that must never change once written. The grants refuse first; this is for when they are wrong.
create function vault.keep() returns trigger language plpgsql as $$
begin
  raise exception 'a row of % cannot be changed or removed', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
