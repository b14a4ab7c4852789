-- People who may come in. Name, sign-in name and badge stand sealed; the sign-in name is found by a
-- keyed digest. A row is never removed, so that no sign-in name is ever given to somebody else.
create table vault.person (
  agency_id        uuid         not null default vault.agency(),
  id               uuid         not null,
  sealed           bytea        not null,
  sign_in_index    bytea        not null,
  roles            text[]       not null check (cardinality(roles) > 0),
  state            text         not null check (state in ('invited', 'active', 'locked', 'disabled')),
  password_salt    bytea,
  password_hash    bytea,
  password_rounds  int,
  password_set_at  timestamptz,
  totp             bytea,
  totp_spent       bigint       not null default 0,
  failures         timestamptz[] not null default '{}',
  created_at       timestamptz  not null,
  last_sign_in_at  timestamptz,
  primary key (agency_id, id),
  unique (agency_id, sign_in_index)
);
call vault.protect('vault.person');
grant select, insert, update on vault.person to sallyport_server;
comment on column vault.person.id is '@id person';
comment on column vault.person.roles is '@type Role[]';
comment on column vault.person.state is '@type ''invited'' | ''active'' | ''locked'' | ''disabled''';
comment on column vault.person.totp is 'Secret of the authenticator, sealed';
comment on column vault.person.totp_spent is 'The last 30-second step that was accepted: none is accepted twice';

-- A link by which a person chooses a password and binds an authenticator. Good once.
create table vault.enrolment (
  agency_id   uuid         not null default vault.agency(),
  token_hash  bytea        not null,
  person_id   uuid         not null,
  totp        bytea        not null,
  created_at  timestamptz  not null,
  expires_at  timestamptz  not null,
  used_at     timestamptz,
  primary key (agency_id, token_hash),
  foreign key (agency_id, person_id) references vault.person
);
call vault.protect('vault.enrolment');
grant select, insert, update (used_at) on vault.enrolment to sallyport_server;
comment on column vault.enrolment.person_id is '@id person';

-- Sessions live here and nowhere else: a cookie that this table does not know opens nothing. From where
-- one was begun stands in the ledger, sealed.
create table vault.session (
  agency_id    uuid         not null default vault.agency(),
  id           uuid         not null,
  token_hash   bytea        not null,
  person_id    uuid         not null,
  banner       bytea        not null,
  begun_at     timestamptz  not null,
  seen_at      timestamptz  not null,
  locked_at    timestamptz,
  ended_at     timestamptz,
  primary key (agency_id, id),
  unique (agency_id, token_hash),
  foreign key (agency_id, person_id) references vault.person
);
create index session_by_person on vault.session (agency_id, person_id) where ended_at is null;
call vault.protect('vault.session');
grant select, insert, update (seen_at, locked_at, ended_at) on vault.session to sallyport_server;
comment on column vault.session.id is '@id session';
comment on column vault.session.person_id is '@id person';
