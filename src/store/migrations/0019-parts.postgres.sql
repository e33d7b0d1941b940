-- PostgreSQL only: the three filters of a list of clients that read a whole table. The few clients that come with the
-- program; a part of the name of the last user, who may be deleted, hence without a condition; and a part of the last
-- redirect URI, whose upkeep is half of what writing what a client did took before (27 µs, once a second at most for a
-- client). Codes and tokens are found by reading what all clients did, since theirs would have cost as much again.

create index clients_built_in on clients (realm_id, client_id_folded, id) where deleted_at is null and built_in = 1;

do $$
begin
  create extension if not exists pg_trgm;
  drop index if exists users_parts;
  create index users_parts on users using gin (
    username_folded gin_trgm_ops, email_folded gin_trgm_ops, lower(name collate "binary") gin_trgm_ops,
    lower(given_name collate "binary") gin_trgm_ops, lower(family_name collate "binary") gin_trgm_ops
  );
  create index client_activity_parts on client_activity using gin (lower(redirect_uri collate "binary") gin_trgm_ops)
    where realm_id is not null;
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
  raise notice 'pg_trgm is not there: %', sqlerrm;
end
$$;
