-- People on their way to connect an account at a foreign server: from the ticket that an application or an administrator
-- asked for to the callback. A row is good for one browser, once, and goes with its end.

create table connect_journeys (
  id text primary key,
  ticket_hash text not null unique,
  realm_id text not null,
  realm_name text not null,
  server_id text not null,
  subject text not null,
  environment text not null,
  application text not null,
  session_realm text not null,
  user_id text,
  client_id text not null,
  return_url text not null,
  browser_hash text,
  state_hash text unique,
  session_user_id text,
  settings_version bigint,
  proof_sealed text,
  created_at bigint not null,
  expires_at bigint not null
);

create index connect_journeys_expiry on connect_journeys (expires_at);
