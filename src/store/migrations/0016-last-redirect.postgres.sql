-- PostgreSQL only: lists of clients in the order of their last redirect URI, by code points as every list is.

drop index client_activity_redirect;
create index client_activity_redirect on client_activity (realm_id, (redirect_uri collate "binary"), client_id);
