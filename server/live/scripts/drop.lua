-- Drops the register of one session, after the database has everything (DN5). The answers to opIds stay for an hour,
-- and the log, where their entries are, so that a retry that comes late is answered as it was (MK3).
-- KEYS  1 meta  2 roster  3 rows  4 log  5 ops  6 kept out  7 beneath   ARGV  1 sessionId
-- Reply 1 when dropped, 0 when it was gone or belongs to another session
if redis.call('HGET', KEYS[1], 'sid') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[6], KEYS[7])
redis.call('EXPIRE', KEYS[4], 3600)
redis.call('EXPIRE', KEYS[5], 3600)
return 1
