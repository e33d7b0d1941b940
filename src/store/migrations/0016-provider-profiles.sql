-- Provider profiles of a realm's own, beside those that come with the program. A profile holds no secret.

create table provider_profiles (
  id text primary key,
  realm_id text not null references realms (id),
  name text collate "binary" not null,
  title text not null,
  rules text not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (realm_id, name)
);
