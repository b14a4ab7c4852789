-- Authorities outside that stamp the time on checkpoints (RFC 3161), with the certificates that the
-- agency trusts for each. One that ended stays: its stamps are still checked with them.
create table vault.time_authority (
  agency_id      uuid         not null default vault.agency(),
  name           text         not null check (name ~ '^[a-z0-9-]{1,40}$'),
  url            text         not null,
  roots          text         not null,
  added_at       timestamptz  not null,
  ended_at       timestamptz,
  tried_at       timestamptz,
  failure        text,
  failing_since  timestamptz,
  primary key (agency_id, name)
);
call vault.protect('vault.time_authority');
grant select, insert, update (url, roots, ended_at, tried_at, failure, failing_since) on vault.time_authority to sallyport_server;

-- A stamp over a signed checkpoint: `note` is what was stamped, byte for byte, `response` what the
-- authority answered (TimeStampResp, DER). `chain` and `crls` are what it was checked with then.
create table vault.time_stamp (
  agency_id  uuid         not null default vault.agency(),
  size       bigint       not null check (size >= 0),
  authority  text         not null,
  note       text         not null,
  response   bytea        not null,
  time       timestamptz  not null,
  chain      text         not null,
  crls       text,
  made_at    timestamptz  not null,
  primary key (agency_id, size, authority)
);
call vault.protect('vault.time_stamp');
grant select, insert on vault.time_stamp to sallyport_server;
create trigger keep before update or delete on vault.time_stamp for each row execute function vault.keep();
create trigger keep_all before truncate on vault.time_stamp for each statement execute function vault.keep();
