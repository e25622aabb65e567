-- Opens the register of a class, or leaves the one that stands there alone (SE1).
-- KEYS  1 meta (hash)  2 roster (set)  3 rows (hash)  4 log (list)  5 ops (hash)  6 kept out (list)  7 beneath (hash)
-- ARGV  1 sessionId  2 session (JSON)  3 visibility  4 epoch  5 replication id  6.. the roster
-- Reply { opened 0|1, session (JSON), epoch }
local standing = redis.call('HMGET', KEYS[1], 'session', 'epoch')
if standing[1] then return { 0, standing[1], standing[2] } end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
for first = 6, #ARGV, 1000 do
  redis.call('SADD', KEYS[2], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('HSET', KEYS[1], 'sid', ARGV[1], 'session', ARGV[2], 'visibility', ARGV[3], 'epoch', ARGV[4],
  'replid', ARGV[5], 'state', 'live', 'version', 0, 'enrolled', redis.call('SCARD', KEYS[2]),
  'present', 0, 'absent', 0, 'late', 0, 'partial', 0, 'excused', 0)
return { 1, ARGV[2], ARGV[4] }
