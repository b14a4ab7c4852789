-- The blind index: for each case and item, keyed digests of the words and beginnings of words in its
-- record. Without the agency's index key they are numbers; what they leak is in docs/promises/.
--
-- The terms that are asked for stand in the policy itself (vault.terms, empty for none): PostgreSQL
-- lets only conditions of the policy reach an index ahead of row security, and an array comparison is
-- not marked leak-proof. So a row shows itself only to whoever names its words.
create function vault.terms() returns bigint[] language sql stable parallel safe
  return coalesce(nullif(current_setting('vault.terms', true), ''), '{}')::bigint[];

create table vault.search_index (
  agency_id  uuid         not null default vault.agency(),
  kind       text         not null check (kind in ('case', 'item')),
  id         uuid         not null,
  case_id    uuid         not null,
  added_by   uuid         not null,
  at         timestamptz  not null,
  terms      bigint[]     not null,
  primary key (agency_id, kind, id)
);
create index search_by_term on vault.search_index using gin (terms) with (fastupdate = off);
create index search_newest on vault.search_index (agency_id, kind, at desc, id desc);
create index search_by_case on vault.search_index (agency_id, case_id);
comment on column vault.search_index.kind is '@type ''case'' | ''item''';
comment on column vault.search_index.id is '@id case';
comment on column vault.search_index.case_id is '@id case';
comment on column vault.search_index.added_by is '@id person';
alter table vault.search_index enable row level security;
alter table vault.search_index force row level security;
create policy own_agency on vault.search_index as restrictive using (agency_id = vault.agency() and terms @> vault.terms());
create policy anyone on vault.search_index as permissive using (true);
grant select, insert, update (terms) on vault.search_index to sallyport_server;
