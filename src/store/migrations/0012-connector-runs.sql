-- What connectors did: one row a run, for thirty days. Secrets are masked before a row is written.

create table connector_runs (
  id text primary key,
  realm_id text not null,
  connector_id text not null,
  at_ms bigint not null,
  duration_ms bigint not null,
  actor_kind text not null,
  actor_name text not null,
  result text not null,
  status bigint,
  code text,
  detail text,
  request text not null,
  answer text,
  expires_at bigint not null
);

create index connector_runs_connector on connector_runs (connector_id, at_ms);
create index connector_runs_expiry on connector_runs (expires_at);
