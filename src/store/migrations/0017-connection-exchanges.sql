-- What connections asked their providers, and what those answered: the last few of each, for people who look for a fault.
-- Secrets and tokens are blanked before a row is written, and what is left is sealed to its row.

create table connection_exchanges (
  id text primary key,
  realm_id text not null,
  connection_id text not null references connections (id) on delete cascade,
  at_ms bigint not null,
  duration_ms bigint not null,
  grant_type text not null,
  is_ok bigint not null,
  class text,
  code text,
  description text,
  status bigint,
  shown_sealed text not null,
  expires_at bigint not null
);

create index connection_exchanges_connection on connection_exchanges (connection_id, is_ok, at_ms);
create index connection_exchanges_expiry on connection_exchanges (expires_at);
