-- Sign-ins to the console that are under way and the sessions that came of them, and what happened at the doors.

-- One row a sign-in, spent by the callback that it is for. The verifier of its code is in no row: the browser's cookie
-- makes it.
create table console_sign_ins (
  state_hash text primary key,
  browser_hash text not null,
  return_to text not null,
  created_at bigint not null,
  expires_at bigint not null
);

create index console_sign_ins_by_expiry on console_sign_ins (expires_at);

-- A session rests on the grant that its code bought, and so on the login session, the user and the client behind it.
create table console_sessions (
  id text primary key,
  token_hash text not null unique,
  grant_id text not null references grants (id) on delete cascade,
  address text not null,
  user_agent text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  idle_expires_at bigint not null,
  expires_at bigint not null
);

create index console_sessions_by_grant on console_sessions (grant_id);
create index console_sessions_by_expiry on console_sessions (expires_at);

-- What is refused often is counted in one row a minute and source: `count` times, the last at `last_at_ms`.
create table events (
  id text primary key,
  realm_id text not null,
  at_ms bigint not null,
  last_at_ms bigint not null,
  count bigint not null,
  kind text not null,
  user_id text,
  username text,
  client_id text,
  address text not null,
  request_id text not null,
  detail text not null,
  expires_at bigint not null
);

create index events_by_time on events (realm_id, at_ms);
create index events_by_kind on events (realm_id, kind, at_ms);
create index events_by_expiry on events (expires_at);
