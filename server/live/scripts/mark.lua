-- Records a batch of marks of one class: opId, roster, precedence, row, counters, version, log, announcement.
-- A row is text: "status source at", a line feed, the entry. Versions go up by one with each step of the log, so that
-- a step is found by its version, from the log's end. What a row was before it was replaced stands in the log; evidence
-- that precedence kept out goes to a list of its own, with the version that stood then (MK6). The best of it, or what a
-- teacher's mark replaced, lies beneath the teacher's row: it stands again, as a step of its own, when the teacher takes
-- that back with the status `unmarked` (MK10). A row that was taken back and has nothing beneath it stays as `unmarked`.
-- KEYS  1 meta (hash)  2 roster (set)  3 rows (hash)  4 log (list)  5 ops (hash)  6 kept out (list)  7 beneath (hash, rows)
--       8 feed (channel)  9 the sender's own channel: whoever listens to that listens to the feed on the same connection
-- ARGV  1 how many steps the log keeps, and the list of what was kept out
--       then one per mark: sessionId or ''  studentId  status  source  at  entry without `{"version":n,`  only  opId or '',
--       each but the last ended by a line feed; only: '', `unmarked` (yields to any row, and leaves no trace then) or
--       `revision` (takes the place of the same source's row)
-- An answer in ops is A<version>LF<sessionId>LF<epoch>, or K<version>LF<sessionId>LF<epoch>LF<the entry that stood>.
-- Reply { sessionId, epoch, visibility, version, counters, announced 1|0, one text per mark }: A<version> applied (where something stands again: A<version>LF<that entry>LF<the taken back>) · K<version>LF<entry> kept out by precedence
--       · R<first answer>LF<sessionId>LF<epoch>LF<entry> repeated, also once the session is over · E<fault code>
local call, match = redis.call, string.match
local meta = call('HMGET', KEYS[1], 'sid', 'epoch', 'state', 'version', 'visibility',
  'present', 'absent', 'late', 'partial', 'excused', 'enrolled')
local sid, epoch, live, version = meta[1] or '', meta[2] or '', meta[3] == 'live', tonumber(meta[4] or 0)
local n = { present = tonumber(meta[6] or 0), absent = tonumber(meta[7] or 0), late = tonumber(meta[8] or 0),
  partial = tonumber(meta[9] or 0), excused = tonumber(meta[10] or 0), unmarked = 0 }
local there = { present = 2, late = 2, partial = 1 }
local before = version
local answers, changes, rows, ops, keptOut, beneath = {}, {}, {}, {}, {}, {}

-- What the batch needs to know, asked for at once.
local marks, students, opIds = {}, {}, {}
for i = 2, #ARGV do
  local mark = { match(ARGV[i], '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$') }
  marks[#marks + 1], students[#students + 1], opIds[#opIds + 1] = mark, mark[2], mark[8]
end
local onRoster = call('SMISMEMBER', KEYS[2], unpack(students))
local standing = call('HMGET', KEYS[3], unpack(students))
local answered = call('HMGET', KEYS[5], unpack(opIds))

-- MK6: the teacher decides; among automatic sources presence beats presence in part, that beats absence, and the earliest presence stands.
local function decides(only, status, source, at, oldStatus, oldSource, oldAt)
  if status == 'unmarked' then return oldSource == 'teacher' and oldStatus ~= 'unmarked' end
  if oldStatus == 'unmarked' then return true end
  if only == 'unmarked' then return false end
  if only == 'revision' and source == oldSource then return true end
  if source == 'teacher' then return true end
  if oldSource == 'teacher' then return false end
  if oldSource == 'system' or source == 'system' then return source ~= 'system' end
  local ahead = (there[status] or 0) - (there[oldStatus] or 0)
  if ahead ~= 0 then return ahead > 0 end
  return there[status] ~= nil and at < oldAt
end

-- What students and devices showed of a row that a teacher decided; false where there is nothing.
local function shown(student)
  if beneath[student] == nil then beneath[student] = call('HGET', KEYS[7], student) end
  return beneath[student]
end

-- The step of the log that has this version; nil when the log does not reach back so far.
local function step(wanted)
  local last = before
  if not meta[4] then last = tonumber(match(call('LINDEX', KEYS[4], -1) or '', '^{"version":(%d+)') or 0) end
  if live and wanted > last then return changes[wanted - last] end
  return wanted <= last and call('LINDEX', KEYS[4], wanted - last - 1)
end

-- The first answer again. Where the log has lost the entry, it is what the sender says again.
local function repeated(first, body)
  local kind, at = match(first, '^(.)(%d+)')
  if kind == 'K' then return 'R' .. first end
  return 'R' .. first .. '\n' .. (step(tonumber(at)) or ('{"version":' .. at .. ',' .. body))
end

for i, mark in ipairs(marks) do
  local session, student, status, source, at, body, only, op = unpack(mark)
  local first = op ~= '' and (ops[op] or answered[i])
  local answer
  if first then
    answer = repeated(first, body)
  elseif not live then
    answer = 'ENO_ACTIVE_SESSION'
  elseif session ~= '' and session ~= sid then
    answer = 'ESESSION_CHANGED'
  elseif onRoster[i] == 0 then
    answer = 'ESTUDENT_NOT_ON_ROSTER'
  else
    local row = rows[student] or standing[i]
    local oldStatus, oldSource, oldAt
    if row then oldStatus, oldSource, oldAt = match(row, '^(%S+) (%S+) (%S+)\n') end
    if not row or decides(only, status, source, at, oldStatus, oldSource, oldAt) then
      version = version + 1
      local fresh = '{"version":' .. version .. ',' .. body
      if row then
        n[oldStatus] = n[oldStatus] - 1
        if source == 'teacher' and oldSource ~= 'teacher' then beneath[student] = row end
      end
      n[status] = n[status] + 1
      rows[student] = status .. ' ' .. source .. ' ' .. at .. '\n' .. fresh
      changes[#changes + 1] = fresh
      answer = 'A' .. version
      if status == 'unmarked' and shown(student) then
        local head, rest = match(shown(student), '^([^\n]*)\n{"version":%d+,(.*)$')
        local back = match(head, '^%S+')
        version = version + 1
        local again = '{"version":' .. version .. ',' .. rest
        n.unmarked, n[back] = 0, n[back] + 1
        rows[student], beneath[student] = head .. '\n' .. again, false
        changes[#changes + 1] = again
        answer = table.concat({ 'A' .. version, again, fresh }, '\n')
      end
      if op ~= '' then ops[op] = 'A' .. version .. '\n' .. sid .. '\n' .. epoch end
    else
      local entry = match(row, '\n(.*)$')
      if only ~= 'unmarked' then keptOut[#keptOut + 1] = '{"version":' .. version .. ',' .. body end
      if only ~= 'unmarked' and source ~= 'teacher' and oldSource == 'teacher' then
        local best = shown(student)
        local bestStatus, bestSource, bestAt
        if best then bestStatus, bestSource, bestAt = match(best, '^(%S+) (%S+) (%S+)\n') end
        if not best or decides(only, status, source, at, bestStatus, bestSource, bestAt) then
          beneath[student] = status .. ' ' .. source .. ' ' .. at .. '\n{"version":' .. version .. ',' .. body
        end
      end
      answer = 'K' .. version .. '\n' .. entry
      if op ~= '' then ops[op] = table.concat({ 'K' .. version, sid, epoch, entry }, '\n') end
    end
  end
  answers[i] = answer
end

local function hset(key, fields)
  local flat = {}
  for field, value in pairs(fields) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  if #flat > 0 then call('HSET', key, unpack(flat)) end
end
local function append(key, items)
  if #items > 0 and call('RPUSH', key, unpack(items)) > tonumber(ARGV[1]) then
    call('LTRIM', key, -tonumber(ARGV[1]), -1)
  end
end
for student, row in pairs(beneath) do
  if row then call('HSET', KEYS[7], student, row) else call('HDEL', KEYS[7], student) end
end
hset(KEYS[3], rows)
hset(KEYS[5], ops)
append(KEYS[4], changes)
append(KEYS[6], keptOut)
local counters = table.concat({ n.present, n.absent, n.late, n.partial, n.excused, meta[11] or 0 }, ' ')
local announced = 0
if #changes > 0 then
  call('HSET', KEYS[1], 'version', version, 'present', n.present, 'absent', n.absent, 'late', n.late,
    'partial', n.partial, 'excused', n.excused)
  -- Where nobody listens but the sender, who has this reply, the announcement would only be another thing to read.
  local listening = call('PUBSUB', 'SHARDNUMSUB', KEYS[8], KEYS[9])
  if listening[2] ~= 1 or listening[4] ~= 1 then
    announced = call('SPUBLISH', KEYS[8], table.concat({ sid, epoch, meta[5], version, counters,
      '[' .. table.concat(changes, ',') .. ']' }, '\n')) > 0 and 1 or 0
  end
end
return { sid, epoch, meta[5] or '', tostring(version), counters, tostring(announced), unpack(answers) }
