-- Who is logged in and what is allowed, listed for a whole realm, the newest first.

create index sessions_by_realm on sessions (realm_id, created_at);
create index grants_by_realm on grants (realm_id, created_at);
create index consents_by_client on consents (client_id);
