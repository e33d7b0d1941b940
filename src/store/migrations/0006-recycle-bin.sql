-- What was deleted and may come back for a while, and what happened to one object in its order.

-- `contents` holds the row where deleting took it away; `realm_id` is whose administrators see it: those of system for
-- a realm.
create table deleted_objects (
  id text primary key,
  realm_id text not null references realms (id),
  kind text not null,
  object_id text not null,
  name text not null,
  contents text not null,
  deleted_by text not null,
  deleted_at bigint not null
);

create index deleted_objects_realm on deleted_objects (realm_id, deleted_at);
create index deleted_objects_age on deleted_objects (deleted_at);

-- Who had what: a holder's role, or a client's scope by its name.
create table deleted_links (
  deleted_id text not null references deleted_objects (id) on delete cascade,
  kind text not null,
  holder_id text not null,
  target text not null,
  primary key (deleted_id, kind, holder_id, target)
);

insert into deleted_objects (id, realm_id, kind, object_id, name, contents, deleted_by, deleted_at)
  select id, realm_id, 'client', id, client_id, '{}', '', deleted_at from clients where deleted_at is not null;
insert into deleted_objects (id, realm_id, kind, object_id, name, contents, deleted_by, deleted_at)
  select id, realm_id, 'user', id, username, '{}', '', deleted_at from users where deleted_at is not null;
insert into deleted_objects (id, realm_id, kind, object_id, name, contents, deleted_by, deleted_at)
  select id, (select id from realms where name = 'system'), 'realm', id, name, '{}', '', deleted_at
  from realms where deleted_at is not null;

create index audit_history on audit (object_kind, object_id, at_ms);
drop index audit_object;
