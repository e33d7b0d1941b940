-- What a client did last: one row a client, written behind the requests. Codes and tokens stand here by fingerprint and
-- by what tells their state. A secret's last use has a row of its own, so that no request touches what is configured.

create table client_activity (
  client_id text primary key references clients (id),
  last_used_at bigint not null,
  redirect_uri text,
  code_fingerprint text,
  code_grant_id text,
  code_created_at bigint,
  code_expires_at bigint,
  code_redeemed_at bigint,
  passthru_user_id text,
  passthru_user_at bigint,
  token_fingerprint text,
  token_hash text,
  token_jti text,
  token_grant_id text,
  token_epoch bigint,
  token_created_at bigint,
  token_expires_at bigint
);

create table client_secret_activity (
  secret_id text primary key references client_secrets (id) on delete cascade,
  last_used_at bigint not null
);
