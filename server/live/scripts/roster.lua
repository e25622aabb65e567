-- Puts a student on the live roster or takes one off. The row of a withdrawn student stays, uncounted,
-- and the change that enrols the student again brings it back.
-- KEYS  as mark.lua   ARGV  1 enrolled | withdrawn  2 studentId  3 how many steps the log keeps
-- Reply 1 when it changed something, else 0
local meta = redis.call('HMGET', KEYS[1], 'sid', 'epoch', 'state', 'version', 'visibility')
if meta[3] ~= 'live' then return 0 end
local enrols = ARGV[1] == 'enrolled'
if redis.call(enrols and 'SADD' or 'SREM', KEYS[2], ARGV[2]) == 0 then return 0 end
local by = enrols and 1 or -1
redis.call('HINCRBY', KEYS[1], 'enrolled', by)
local row = redis.call('HGET', KEYS[3], ARGV[2])
if row and string.match(row, '^unmarked ') then row = nil end
if row then redis.call('HINCRBY', KEYS[1], string.match(row, '^(%S+)'), by) end
local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
local change = '{"version":' .. version .. ',"roster":"' .. ARGV[1] .. '","studentId":"' .. ARGV[2] .. '"'
  .. (enrols and row and ',"entry":' .. string.match(row, '\n(.*)$') or '') .. '}'
redis.call('RPUSH', KEYS[4], change)
redis.call('LTRIM', KEYS[4], -tonumber(ARGV[3]), -1)
local n = redis.call('HMGET', KEYS[1], 'present', 'absent', 'late', 'partial', 'excused', 'enrolled')
redis.call('SPUBLISH', KEYS[8], table.concat({ meta[1], meta[2], meta[5], version, table.concat(n, ' '),
  '[' .. change .. ']' }, '\n'))
return 1
