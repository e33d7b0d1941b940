-- PostgreSQL only: an index for each order of a long list, and trigrams for a part of a word. Where the extension
-- pg_trgm may not be created by this user, lists do without: they are right, and slower on many rows.

create index clients_list_client_id on clients (realm_id, client_id_folded, id) where deleted_at is null;
create index clients_list_client_name on clients (realm_id, client_name_folded, id) where deleted_at is null;
create index clients_list_enabled on clients (realm_id, enabled, id) where deleted_at is null;
create index clients_list_token_endpoint_auth_method on clients (realm_id, token_endpoint_auth_method collate "binary", id) where deleted_at is null;
create index clients_list_expires_in on clients (realm_id, expires_in, id) where deleted_at is null;
create index clients_list_created_at on clients (realm_id, created_at, id) where deleted_at is null;
create index clients_list_updated_at on clients (realm_id, updated_at, id) where deleted_at is null;
create index clients_list_client_uri on clients (realm_id, client_uri collate "binary", id) where deleted_at is null;

create index users_list_username on users (realm_id, username_folded, id) where deleted_at is null;
create index users_list_email on users (realm_id, email_folded, id) where deleted_at is null;
create index users_list_name on users (realm_id, name collate "binary", id) where deleted_at is null;
create index users_list_given_name on users (realm_id, given_name collate "binary", id) where deleted_at is null;
create index users_list_family_name on users (realm_id, family_name collate "binary", id) where deleted_at is null;
create index users_list_enabled on users (realm_id, enabled, id) where deleted_at is null;
create index users_list_created_at on users (realm_id, created_at, id) where deleted_at is null;
create index users_list_updated_at on users (realm_id, updated_at, id) where deleted_at is null;

create index audit_list on audit (realm_id, at_ms, id);

do $$
begin
  create extension if not exists pg_trgm;
  create index clients_parts on clients using gin (
    client_id_folded gin_trgm_ops, client_name_folded gin_trgm_ops,
    lower(description collate "binary") gin_trgm_ops, lower(client_uri collate "binary") gin_trgm_ops,
    lower(token_endpoint_auth_method collate "binary") gin_trgm_ops, lower(grant_types collate "binary") gin_trgm_ops,
    lower(redirect_uris collate "binary") gin_trgm_ops, lower(scope collate "binary") gin_trgm_ops
  ) where deleted_at is null;
  create index users_parts on users using gin (
    username_folded gin_trgm_ops, email_folded gin_trgm_ops, lower(name collate "binary") gin_trgm_ops,
    lower(given_name collate "binary") gin_trgm_ops, lower(family_name collate "binary") gin_trgm_ops
  ) where deleted_at is null;
  create index audit_parts on audit using gin (
    lower(actor_name collate "binary") gin_trgm_ops, lower(address collate "binary") gin_trgm_ops,
    lower(request_id collate "binary") gin_trgm_ops, lower(action collate "binary") gin_trgm_ops,
    lower(object_kind collate "binary") gin_trgm_ops, lower(object_id collate "binary") gin_trgm_ops,
    lower(object_name collate "binary") gin_trgm_ops
  );
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
  raise notice 'pg_trgm is not there: %', sqlerrm;
end
$$;
