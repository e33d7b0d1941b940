-- Realms, what belongs to them, and what lives for an hour. One text for SQLite and PostgreSQL: text and bigint only,
-- times in epoch seconds, lists and documents as JSON text, booleans as 0 or 1. A `…_folded` column is the lower-case
-- copy that case-insensitive search and uniqueness use. "binary" orders by bytes on both engines.

create table facts (
  name text primary key,
  value text not null
);

create table config_version (
  id bigint primary key,
  version bigint not null
);

insert into config_version (id, version) values (1, 1);

create table leases (
  name text primary key,
  owner text not null,
  until_ms bigint not null,
  epoch bigint not null
);

create table realms (
  id text primary key,
  name text collate "binary" not null unique,
  display_name text not null,
  enabled bigint not null,
  token_validity bigint not null,
  settings text not null,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint
);

create table apis (
  id text primary key,
  realm_id text not null references realms (id),
  identifier text collate "binary" not null,
  name text not null,
  built_in bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, identifier)
);

create table scopes (
  id text primary key,
  realm_id text not null references realms (id),
  api_id text references apis (id),
  name text collate "binary" not null,
  description text not null,
  built_in bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name)
);

create index scopes_api on scopes (api_id);

create table roles (
  id text primary key,
  realm_id text not null references realms (id),
  name text collate "binary" not null,
  description text not null,
  built_in bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name)
);

create table clients (
  id text primary key,
  realm_id text not null references realms (id),
  client_id text collate "binary" not null,
  client_id_folded text collate "binary" not null,
  client_name text collate "binary" not null,
  client_name_folded text collate "binary" not null,
  description text not null,
  client_uri text,
  logo_uri text,
  policy_uri text,
  tos_uri text,
  enabled bigint not null,
  built_in bigint not null,
  registered_by text not null,
  token_endpoint_auth_method text not null,
  grant_types text not null,
  redirect_uris text not null,
  post_logout_redirect_uris text not null,
  allowed_cors_origins text not null,
  scope text not null,
  expires_in bigint,
  require_pkce bigint not null,
  require_consent bigint not null,
  access_token_format text not null,
  id_token_signed_response_alg text not null,
  refresh_idle_seconds bigint,
  refresh_absolute_seconds bigint,
  resource_server_for text not null,
  introspect_all bigint not null,
  jwks text,
  jwks_uri text,
  token_epoch bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint
);

create unique index clients_client_id on clients (realm_id, client_id) where deleted_at is null;
create index clients_created on clients (realm_id, created_at);

create table client_secrets (
  id text primary key,
  client_id text not null references clients (id),
  kind text not null,
  value text not null,
  label text not null,
  created_at bigint not null,
  expires_at bigint
);

create index client_secrets_client on client_secrets (client_id);

create table client_roles (
  client_id text not null references clients (id),
  role_id text not null references roles (id),
  primary key (client_id, role_id)
);

create index client_roles_role on client_roles (role_id);

create table users (
  id text primary key,
  realm_id text not null references realms (id),
  username text collate "binary" not null,
  username_folded text collate "binary" not null,
  name text,
  given_name text,
  family_name text,
  email text,
  email_folded text collate "binary",
  email_verified bigint not null,
  phone_number text,
  address text,
  locale text,
  enabled bigint not null,
  must_change_password bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint
);

create unique index users_username on users (realm_id, username_folded) where deleted_at is null;
create index users_email on users (realm_id, email_folded);
create index users_created on users (realm_id, created_at);

create table credentials (
  id text primary key,
  user_id text not null references users (id),
  kind text not null,
  value text not null,
  created_at bigint not null
);

create unique index credentials_user on credentials (user_id, kind);

create table user_roles (
  user_id text not null references users (id),
  role_id text not null references roles (id),
  primary key (user_id, role_id)
);

create index user_roles_role on user_roles (role_id);

create table signing_keys (
  id text primary key,
  realm_id text not null references realms (id),
  alg text not null,
  public_jwk text not null,
  private_sealed text not null,
  created_at bigint not null,
  active_at bigint not null,
  retired_at bigint,
  removed_at bigint
);

create index signing_keys_realm on signing_keys (realm_id);

create table sessions (
  id text primary key,
  token_hash text not null unique,
  realm_id text not null,
  user_id text not null,
  auth_time bigint not null,
  amr text not null,
  address text not null,
  user_agent text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  idle_expires_at bigint not null,
  expires_at bigint not null,
  ended_at bigint
);

create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table consents (
  user_id text not null references users (id),
  client_id text not null references clients (id),
  scope text not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (user_id, client_id)
);

create table authorization_requests (
  id text primary key,
  realm_id text not null,
  client_id text not null,
  parameters text not null,
  browser_hash text not null,
  progress text not null,
  created_at bigint not null,
  expires_at bigint not null,
  completed_at bigint
);

create index authorization_requests_expiry on authorization_requests (expires_at);

create table grants (
  id text primary key,
  realm_id text not null,
  client_id text not null,
  user_id text not null,
  session_id text,
  kind text not null,
  scope text not null,
  offline bigint not null,
  auth_time bigint not null,
  amr text not null,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  revoked_because text
);

create index grants_client on grants (client_id);
create index grants_user on grants (user_id);
create index grants_session on grants (session_id);
create index grants_expiry on grants (expires_at);

create table authorization_codes (
  code_hash text primary key,
  realm_id text not null,
  client_id text not null,
  grant_id text not null,
  redirect_uri text not null,
  redirect_uri_was_sent bigint not null,
  code_challenge text,
  nonce text,
  claims text,
  created_at bigint not null,
  expires_at bigint not null,
  spent_at bigint
);

create index authorization_codes_expiry on authorization_codes (expires_at);

create table refresh_tokens (
  token_hash text primary key,
  realm_id text not null,
  client_id text not null,
  grant_id text not null,
  created_at bigint not null,
  idle_expires_at bigint not null,
  expires_at bigint not null,
  spent_at_ms bigint,
  successor_hash text,
  sealed_answer text,
  sealed_until_ms bigint
);

create index refresh_tokens_grant on refresh_tokens (grant_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table access_tokens (
  token_hash text primary key,
  realm_id text not null,
  client_id text not null,
  grant_id text,
  token_epoch bigint not null,
  claims text not null,
  created_at bigint not null,
  expires_at bigint not null
);

create index access_tokens_expiry on access_tokens (expires_at);

create table revoked_tokens (
  jti text primary key,
  expires_at bigint not null
);

create index revoked_tokens_expiry on revoked_tokens (expires_at);

create table spent_assertions (
  id text primary key,
  expires_at bigint not null
);

create index spent_assertions_expiry on spent_assertions (expires_at);

create table login_failures (
  id text primary key,
  failures bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  expires_at bigint not null
);

create index login_failures_expiry on login_failures (expires_at);

create table audit (
  id text primary key,
  realm_id text not null,
  at_ms bigint not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  address text not null,
  request_id text not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  object_name text not null,
  before text,
  after text
);

create index audit_realm on audit (realm_id, at_ms);
create index audit_object on audit (object_kind, object_id);
