-- SQLite only: every filter and every order of a long list has an index that holds all it looks at. A part of a word is
-- looked for by reading such an index from end to end, which is a small part of the table.

create index clients_list_client_id on clients (realm_id, deleted_at, client_id_folded, id, client_name_folded);
create index clients_list_client_name on clients (realm_id, deleted_at, client_name_folded, id);
create index clients_list_description on clients (realm_id, deleted_at, description, id);
create index clients_list_client_uri on clients (realm_id, deleted_at, client_uri, id);
create index clients_list_enabled on clients (realm_id, deleted_at, enabled, id);
create index clients_list_built_in on clients (realm_id, deleted_at, built_in, id);
create index clients_list_token_endpoint_auth_method on clients (realm_id, deleted_at, token_endpoint_auth_method, id);
create index clients_list_grant_types on clients (realm_id, deleted_at, grant_types, id);
create index clients_list_redirect_uris on clients (realm_id, deleted_at, redirect_uris, id);
create index clients_list_scope on clients (realm_id, deleted_at, scope, id);
create index clients_list_expires_in on clients (realm_id, deleted_at, expires_in, id);
create index clients_list_created_at on clients (realm_id, deleted_at, created_at, id);
create index clients_list_updated_at on clients (realm_id, deleted_at, updated_at, id);

create index users_list_username on users (realm_id, deleted_at, username_folded, id, email_folded, name);
create index users_list_email on users (realm_id, deleted_at, email_folded, id);
create index users_list_name on users (realm_id, deleted_at, name, id);
create index users_list_given_name on users (realm_id, deleted_at, given_name, id);
create index users_list_family_name on users (realm_id, deleted_at, family_name, id);
create index users_list_enabled on users (realm_id, deleted_at, enabled, id);
create index users_list_email_verified on users (realm_id, deleted_at, email_verified, id);
create index users_list_created_at on users (realm_id, deleted_at, created_at, id);
create index users_list_updated_at on users (realm_id, deleted_at, updated_at, id);

create index audit_list on audit (realm_id, at_ms, id, action, actor_name, object_name, object_kind);
create index audit_list_origins on audit (realm_id, at_ms, id, address, request_id, object_id);
