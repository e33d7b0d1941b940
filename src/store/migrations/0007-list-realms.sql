-- Lists ask for what clients did in one realm; one index of each order serves only if the realm stands before it.

alter table client_activity add column realm_id text;

update client_activity set realm_id = (select realm_id from clients where clients.id = client_activity.client_id);

drop index clients_created;
drop index users_created;
drop index audit_realm;

create index client_activity_last_used on client_activity (realm_id, last_used_at, client_id);
create index client_activity_code on client_activity (realm_id, code_created_at, client_id, code_fingerprint);
create index client_activity_token on client_activity (realm_id, token_created_at, client_id, token_fingerprint);
create index client_activity_redirect on client_activity (realm_id, redirect_uri, client_id);
create index client_activity_user on client_activity (passthru_user_id, client_id);
create index users_username_all on users (realm_id, username_folded, id);
create index grants_client_created on grants (client_id, created_at, id);
create index grants_client_expiry on grants (client_id, expires_at, id);
