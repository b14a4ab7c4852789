-- The agencies of this vault. The directory says only that an agency exists and under which short
-- name; the server itself (agency zero) may read it whole, an agency sees its own line.
create table vault.directory (
  agency_id   uuid         primary key default vault.agency(),
  slug        text         not null unique check (slug ~ '^[a-z0-9](-?[a-z0-9]){1,39}$'),
  created_at  timestamptz  not null
);
alter table vault.directory enable row level security;
alter table vault.directory force row level security;
create policy own_agency on vault.directory as restrictive
  using (agency_id = vault.agency() or vault.agency() = '00000000-0000-0000-0000-000000000000')
  with check (agency_id = vault.agency());
create policy anyone on vault.directory as permissive using (true);
grant select, insert on vault.directory to sallyport_server;

-- What an agency shows before anybody has signed in (name, notice), its settings and its ledger key.
create table vault.agency_file (
  agency_id        uuid         primary key default vault.agency(),
  name             text         not null,
  ori              text         not null check (ori ~ '^[A-Z0-9]{9}$'),
  time_zone        text         not null,
  banner_text      text         not null,
  banner_version   bytea        not null check (length(banner_version) = 32),
  policy           text         not null check (policy in ('cjis-v6')),
  password_length  int          not null check (password_length between 8 and 64),
  unlock           text         not null check (unlock in ('by-hand', 'by-file')),
  log_origin       text         not null,
  log_public       bytea        not null check (length(log_public) = 32),
  log_private      bytea        not null,
  created_at       timestamptz  not null
);
call vault.protect('vault.agency_file');
grant select, insert, update (name, time_zone, banner_text, banner_version, password_length) on vault.agency_file to sallyport_server;
comment on column vault.agency_file.policy is '@type ''cjis-v6''';
comment on column vault.agency_file.unlock is '@type ''by-hand'' | ''by-file''';
comment on column vault.agency_file.log_private is 'Ed25519 seed of the ledger, wrapped under the server key';

-- The working keys of an agency, each wrapped twice: under the server key, then under the agency key.
create table vault.agency_key (
  agency_id   uuid         not null default vault.agency(),
  purpose     text         not null check (purpose in ('metadata', 'index', 'detail')),
  version     int          not null check (version > 0),
  wrapped     bytea        not null check (length(wrapped) = 48),
  created_at  timestamptz  not null,
  primary key (agency_id, purpose, version)
);
call vault.protect('vault.agency_key');
grant select, insert on vault.agency_key to sallyport_server;
comment on column vault.agency_key.purpose is '@type ''metadata'' | ''index'' | ''detail''';
