-- Ended sessions are swept by the time at which they ended.

create index sessions_ended on sessions (ended_at) where ended_at is not null;
