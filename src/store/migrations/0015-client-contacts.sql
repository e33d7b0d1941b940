-- From where a client came last, and what was last refused to it: one row a client, written behind the requests. A row
-- apart from what it did, because who is only ever refused has done nothing.

create table client_contacts (
  client_id text primary key references clients (id),
  address text,
  address_at bigint,
  error text,
  error_description text,
  error_address text,
  error_at bigint
);
