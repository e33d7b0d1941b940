-- Connections: token sets at foreign OAuth servers, the application's own or one user's, and the answers of those
-- servers that were received and not understood or not saved yet. `…_sealed` values are bound to their row and column.

create table connections (
  id text primary key,
  realm_id text not null,
  server_id text not null,
  subject text not null,
  environment text not null,
  application text not null,
  asked_scope text not null,
  access_sealed text,
  token_type text,
  scope text,
  scope_is_narrower bigint not null,
  refresh_sealed text,
  previous_refresh_sealed text,
  id_token_sealed text,
  kept_sealed text,
  received_at_ms bigint,
  soft_at bigint,
  hard_at bigint,
  expires_at bigint,
  refresh_expires_at bigint,
  settings_version bigint not null,
  version bigint not null,
  lease_owner text,
  lease_until_ms bigint not null,
  lease_epoch bigint not null,
  attempt_id text,
  attempt_fingerprint text,
  attempt_epoch bigint,
  attempt_at bigint,
  attempt_sends bigint not null,
  state text not null,
  reason text,
  detail text,
  state_at bigint not null,
  failures bigint not null,
  next_try_at bigint,
  due_at bigint,
  frozen_at bigint,
  last_used_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  unique (server_id, subject, environment, application, asked_scope)
);

create index connections_realm on connections (realm_id, created_at);
create index connections_subject on connections (subject);
create index connections_due on connections (due_at) where due_at is not null;
create index connections_attempts on connections (attempt_at) where attempt_id is not null;

create table refresh_answers (
  id text primary key,
  realm_id text not null,
  connection_id text not null references connections (id) on delete cascade,
  grant_type text not null,
  base_version bigint not null,
  state text not null,
  received_at_ms bigint not null,
  answer_sealed text not null,
  expires_at bigint
);

create index refresh_answers_connection on refresh_answers (connection_id);
create index refresh_answers_pending on refresh_answers (received_at_ms) where state = 'pending';
create index refresh_answers_expiry on refresh_answers (expires_at) where expires_at is not null;
