-- Records a batch of marks of one class: opId, roster, precedence, row, counters, version, log, announcement.
-- A row is text: "status source at", a line feed, the entry. What was replaced or kept out goes to the class's list of
-- earlier lines: 1<entry> for a row that stood once, 0<entry> for evidence that precedence kept out, with the
-- version that stood then (MK6).
-- KEYS  1 meta (hash)  2 roster (set)  3 rows (hash)  4 log (list)  5 ops (hash)  6 earlier (list)  7 feed (channel)
-- ARGV  1 how many steps the log keeps  2 how many earlier lines the class keeps
--       then 7 per mark: sessionId or ''  opId or ''  studentId  status  source  at  entry without `{"version":n,`
-- Reply { sessionId, epoch, visibility, version, counters, one text per mark }: A<version> applied · K<version>LF<entry> kept out by precedence
--       · R<first answer>LF<entry>LF<sessionId>LF<epoch> repeated, also once the session is over · E<fault code>
local meta = redis.call('HMGET', KEYS[1], 'sid', 'epoch', 'state', 'version', 'visibility',
  'present', 'absent', 'late', 'partial', 'excused', 'enrolled')
local sid, epoch, live, version = meta[1] or '', meta[2] or '', meta[3] == 'live', tonumber(meta[4] or 0)
local n = { present = tonumber(meta[6] or 0), absent = tonumber(meta[7] or 0), late = tonumber(meta[8] or 0),
  partial = tonumber(meta[9] or 0), excused = tonumber(meta[10] or 0) }
local there = { present = true, late = true, partial = true }
local answers, changes, rows, ops, earlier = {}, {}, {}, {}, {}

-- MK6: the teacher decides; among automatic sources presence beats absence, and the earliest presence stands.
local function decides(status, source, at, oldStatus, oldSource, oldAt)
  if source == 'teacher' then return true end
  if oldSource == 'teacher' then return false end
  if oldSource == 'system' or source == 'system' then return source ~= 'system' end
  if there[status] ~= there[oldStatus] then return there[status] == true end
  return there[status] == true and at < oldAt
end

for i = 3, #ARGV, 7 do
  local session, op, student, status, source, at, body = unpack(ARGV, i, i + 6)
  local before = op ~= '' and (ops[op] or redis.call('HGET', KEYS[5], op))
  local answer
  if before then
    answer = 'R' .. before
  elseif not live then
    answer = 'ENO_ACTIVE_SESSION'
  elseif session ~= '' and session ~= sid then
    answer = 'ESESSION_CHANGED'
  elseif redis.call('SISMEMBER', KEYS[2], student) == 0 then
    answer = 'ESTUDENT_NOT_ON_ROSTER'
  else
    local row = rows[student] or redis.call('HGET', KEYS[3], student)
    local oldStatus, oldSource, oldAt, entry
    if row then oldStatus, oldSource, oldAt, entry = string.match(row, '^(%S+) (%S+) (%S+)\n(.*)$') end
    if not row or decides(status, source, at, oldStatus, oldSource, oldAt) then
      version = version + 1
      local fresh = '{"version":' .. version .. ',' .. body
      if row then
        n[oldStatus] = n[oldStatus] - 1
        earlier[#earlier + 1] = '1' .. entry
      end
      n[status] = n[status] + 1
      rows[student] = status .. ' ' .. source .. ' ' .. at .. '\n' .. fresh
      changes[#changes + 1] = fresh
      answer = 'A' .. version
      if op ~= '' then ops[op] = table.concat({ answer, fresh, sid, epoch }, '\n') end
    else
      earlier[#earlier + 1] = '0{"version":' .. version .. ',' .. body
      answer = 'K' .. version .. '\n' .. entry
      if op ~= '' then ops[op] = table.concat({ answer, sid, epoch }, '\n') end
    end
  end
  answers[#answers + 1] = answer
end

local function hset(key, fields)
  local flat = {}
  for field, value in pairs(fields) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  if #flat > 0 then redis.call('HSET', key, unpack(flat)) end
end
local function append(key, items, limit)
  if #items > 0 then
    redis.call('RPUSH', key, unpack(items))
    redis.call('LTRIM', key, -tonumber(limit), -1)
  end
end
hset(KEYS[3], rows)
hset(KEYS[5], ops)
append(KEYS[4], changes, ARGV[1])
append(KEYS[6], earlier, ARGV[2])
local counters = table.concat({ n.present, n.absent, n.late, n.partial, n.excused, meta[11] or 0 }, ' ')
if #changes > 0 then
  redis.call('HSET', KEYS[1], 'version', version, 'present', n.present, 'absent', n.absent, 'late', n.late,
    'partial', n.partial, 'excused', n.excused)
  redis.call('SPUBLISH', KEYS[7], table.concat({ sid, epoch, meta[5], version, counters,
    '[' .. table.concat(changes, ',') .. ']' }, '\n'))
end
return { sid, epoch, meta[5] or '', tostring(version), counters, unpack(answers) }
