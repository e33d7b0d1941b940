-- Device authorizations (RFC 8628): what a device waits with, and what the person about it has answered.

create table device_codes (
  id text primary key,
  realm_id text not null,
  client_id text not null,
  device_code_hash text not null,
  user_code text not null,
  scope text not null,
  interval_seconds bigint not null,
  polled_at_ms bigint,
  user_id text,
  answered_at bigint,
  grant_id text,
  spent_at bigint,
  created_at bigint not null,
  expires_at bigint not null
);

create unique index device_codes_device on device_codes (device_code_hash);
create unique index device_codes_user on device_codes (realm_id, user_code);
create index device_codes_expiry on device_codes (expires_at);
