-- The door out, as it is configured: other people's authorization servers, the layers over their settings, and the
-- calls that are made with their tokens. A secret has a row of its own, sealed to the row and field that it belongs to.

create table categories (
  id text primary key,
  realm_id text not null references realms (id),
  name text collate "binary" not null,
  name_folded text collate "binary" not null,
  description text not null,
  allowed_clients text,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name_folded)
);

create table environments (
  id text primary key,
  realm_id text not null references realms (id),
  name text collate "binary" not null,
  name_folded text collate "binary" not null,
  description text not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name_folded)
);

create table applications (
  id text primary key,
  realm_id text not null references realms (id),
  name text collate "binary" not null,
  name_folded text collate "binary" not null,
  description text not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name_folded)
);

alter table clients add column environment_id text references environments (id);
alter table clients add column application_id text references applications (id);

create index clients_environment on clients (environment_id);
create index clients_application on clients (application_id);

create table oauth_servers (
  id text primary key,
  realm_id text not null references realms (id),
  slug text collate "binary" not null,
  name text collate "binary" not null,
  name_folded text collate "binary" not null,
  description text not null,
  category_id text references categories (id),
  profile text not null,
  grant_type text not null,
  authentication_method text not null,
  client_id text not null,
  token_endpoint text not null,
  scope text not null,
  settings text not null,
  allowed_clients text not null,
  settings_version bigint not null,
  secret_expires_at bigint,
  disabled_at bigint,
  disabled_reason text,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint
);

create unique index oauth_servers_slug on oauth_servers (realm_id, slug) where deleted_at is null;
create unique index oauth_servers_name on oauth_servers (realm_id, name_folded) where deleted_at is null;
create index oauth_servers_category on oauth_servers (category_id);

create table oauth_server_overrides (
  id text primary key,
  server_id text not null references oauth_servers (id),
  environment_id text references environments (id),
  application_id text references applications (id),
  settings text not null
);

create unique index oauth_server_overrides_environment on oauth_server_overrides (server_id, environment_id);
create unique index oauth_server_overrides_application on oauth_server_overrides (server_id, application_id);
create index oauth_server_overrides_of_environment on oauth_server_overrides (environment_id);
create index oauth_server_overrides_of_application on oauth_server_overrides (application_id);

create table oauth_server_secrets (
  owner_id text not null,
  field text not null,
  server_id text not null references oauth_servers (id),
  value_sealed text,
  reference text,
  origins text not null,
  created_at bigint not null,
  primary key (owner_id, field)
);

create index oauth_server_secrets_server on oauth_server_secrets (server_id);

create table oauth_server_states (
  server_id text primary key references oauth_servers (id),
  status text not null,
  last_error text,
  changed_at bigint not null
);

create table connectors (
  id text primary key,
  realm_id text not null references realms (id),
  name text collate "binary" not null,
  name_folded text collate "binary" not null,
  description text not null,
  server_id text not null references oauth_servers (id),
  connection text not null,
  method text not null,
  path text not null,
  settings text not null,
  timeout_ms bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name_folded)
);

create index connectors_server on connectors (server_id);
