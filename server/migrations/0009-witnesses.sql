-- What an agency decided about its ledger: who witnesses it (a C2SP tlog-policy, word for word as a
-- verifier takes it), and who may fetch it from outside.
create table vault.ledger_setting (
  agency_id   uuid         primary key default vault.agency(),
  policy      text         check (length(policy) between 1 and 65536),
  access      text         not null check (access in ('closed', 'token', 'open')),
  changed_at  timestamptz  not null
);
call vault.protect('vault.ledger_setting');
grant select, insert, update on vault.ledger_setting to sallyport_server;
comment on column vault.ledger_setting.access is '@type ''closed'' | ''token'' | ''open''';

-- How far each witness has come, and what went wrong last. The witness's own state decides: this is
-- what it told us. One that the policy no longer names keeps its line, and is not shown.
create table vault.witness (
  agency_id      uuid         not null default vault.agency(),
  name           text         not null,
  size           bigint       not null check (size >= 0),
  cosigned_at    timestamptz,
  tried_at       timestamptz,
  failure        text,
  failing_since  timestamptz,
  primary key (agency_id, name)
);
call vault.protect('vault.witness');
grant select, insert, update on vault.witness to sallyport_server;

-- Checkpoints with the cosignatures that were gathered for them: the newest whose quorum is whole, and
-- the newest that is being gathered for. A newer one says all that an older one said, so it takes its place.
create table vault.cosigned_checkpoint (
  agency_id  uuid         not null default vault.agency(),
  state      text         not null check (state in ('gathering', 'whole')),
  size       bigint       not null check (size >= 0),
  note       text         not null,
  at         timestamptz  not null,
  primary key (agency_id, state)
);
call vault.protect('vault.cosigned_checkpoint');
grant select, insert, update on vault.cosigned_checkpoint to sallyport_server;
comment on column vault.cosigned_checkpoint.state is '@type ''gathering'' | ''whole''';

-- Those outside who may fetch the ledger with a token. Only its digest is kept.
create table vault.monitor (
  agency_id   uuid         not null default vault.agency(),
  id          uuid         not null,
  name        text         not null check (length(name) between 1 and 120),
  token_hash  bytea        not null check (length(token_hash) = 32),
  added_at    timestamptz  not null,
  ended_at    timestamptz,
  primary key (agency_id, id)
);
create unique index monitor_by_token on vault.monitor (agency_id, token_hash);
call vault.protect('vault.monitor');
grant select, insert, update (ended_at) on vault.monitor to sallyport_server;
comment on column vault.monitor.id is '@id monitor';
