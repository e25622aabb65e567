-- What a viewer missed, or everything, or the counts alone; one moment of the register.
-- KEYS  1 meta (hash)  2 roster (set)  3 rows (hash)  4 log (list)  5 ops (hash, not read)  6 kept out (list)  7 beneath (hash, not read)
-- ARGV  1 counts | since | frozen  2 the epoch that the viewer knows or ''  3 the version that it knows
--       4 how many steps at most a delta has
--       `frozen` stops all marking first and needs 2 to be the sessionId; again = the same again (DN2)
-- Reply nil when there is nothing (or it is closing, and not `frozen`), else
--       { session, epoch, version, "present absent late partial excused enrolled", mode, items, roster, kept out, steps }
--       mode delta: items = log steps · mode snapshot: items = studentId, row, … and the roster; `frozen`: and what precedence kept
--       out, and where a row was replaced or the roster changed, the steps of the log
local meta = redis.call('HMGET', KEYS[1], 'session', 'epoch', 'version', 'state', 'sid',
  'present', 'absent', 'late', 'partial', 'excused', 'enrolled')
if not meta[1] then return nil end
if ARGV[1] == 'frozen' then
  if meta[5] ~= ARGV[2] then return nil end
  if meta[4] == 'live' then redis.call('HSET', KEYS[1], 'state', 'closing') end
elseif meta[4] ~= 'live' then
  return nil
end
local version = tonumber(meta[3])
local reply = { meta[1], meta[2], version, table.concat(meta, ' ', 6, 11) }
if ARGV[1] == 'counts' then return reply end
local missed = version - (tonumber(ARGV[3]) or -1)
if ARGV[1] == 'since' and ARGV[2] == meta[2] and missed >= 0 and missed <= tonumber(ARGV[4])
  and missed <= redis.call('LLEN', KEYS[4]) then
  reply[5] = 'delta'
  reply[6] = missed == 0 and {} or redis.call('LRANGE', KEYS[4], -missed, -1)
else
  reply[5] = 'snapshot'
  reply[6] = redis.call('HGETALL', KEYS[3])
  reply[7] = redis.call('SMEMBERS', KEYS[2])
  if ARGV[1] == 'frozen' then
    reply[8] = redis.call('LRANGE', KEYS[6], 0, -1)
    reply[9] = version > redis.call('HLEN', KEYS[3]) and redis.call('LRANGE', KEYS[4], 0, -1) or {}
  end
end
return reply
