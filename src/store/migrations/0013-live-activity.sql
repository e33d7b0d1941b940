-- What a deleted client did is in no list: its realm stands beside it only while the client lives, so that lists in the
-- order of what clients did need not look at each client.

update client_activity set realm_id = null where client_id in (select id from clients where deleted_at is not null);

drop index client_activity_user;
create index client_activity_user on client_activity (passthru_user_id, realm_id, client_id);
