-- Whether an OAuth server works is asked on a schedule: how is among its settings, when and what came of it is its state.

alter table oauth_server_states add column last_probe text;
alter table oauth_server_states add column probe_due_at bigint;

create index oauth_server_states_probe on oauth_server_states (probe_due_at);

update oauth_servers
set settings = substr(settings, 1, length(settings) - 1)
  || ',"probe":null,"probe_url":null,"probe_every_seconds":300}';
