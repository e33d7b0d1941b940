-- The endpoints and grants that older callers use: which realm owns their paths, which client still comes by them, and
-- the redirect URIs that somebody asked for in vain.

create table facade_owners (
  facade text primary key,
  realm_id text not null references realms (id)
);

create table legacy_uses (
  client_id text not null references clients (id),
  kind text not null,
  uses bigint not null,
  first_used_at bigint not null,
  last_used_at bigint not null,
  primary key (client_id, kind)
);

create table asked_redirect_uris (
  id text primary key,
  client_id text not null references clients (id),
  redirect_uri text collate "binary" not null,
  asked bigint not null,
  first_asked_at bigint not null,
  last_asked_at bigint not null,
  last_address text not null,
  unique (client_id, redirect_uri)
);
