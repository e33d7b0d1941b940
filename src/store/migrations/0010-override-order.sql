-- Overrides are shown, and named by refusals, in the order in which they were given.

alter table oauth_server_overrides add column position bigint not null default 0;
