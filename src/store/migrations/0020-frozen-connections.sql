-- Connections that are frozen since a restore are told in the health of their realm: ordinarily there are none, and none
-- are read.

create index connections_frozen on connections (realm_id, server_id) where frozen_at is not null;
