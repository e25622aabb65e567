-- Gives the register a new epoch when it comes from another life of the server, which may have gone back in time (SY2).
-- KEYS  1 meta (hash)   ARGV  1 replication id of the server now  2 a new epoch
-- Reply 1 when the epoch changed
local replid = redis.call('HGET', KEYS[1], 'replid')
if not replid or replid == ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'replid', ARGV[1], 'epoch', ARGV[2])
return 1
