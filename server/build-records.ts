import type { Connection } from 'mongoose';
import type { Config } from './config.ts';
import { createAnalytics } from './data/analytics.ts';
import { type Audit, createAudit } from './data/audit.ts';
import type { Classes } from './data/classes.ts';
import { createCorrections } from './data/corrections.ts';
import { createNames } from './data/names.ts';
import { createRecordReads } from './data/record-reads.ts';
import type { Records } from './data/records.ts';
import type { SessionRecord, Sessions } from './data/sessions.ts';
import type { Publish } from './domain/audience.ts';
import { createAnalyticsService } from './features/analytics/analytics.ts';
import type { Marking } from './features/attendance/marking.ts';
import type { Reach } from './features/attendance/reach.ts';
import { createRecount } from './features/attendance/recount.ts';
import { createAuditService } from './features/records/audit.ts';
import { createCorrecting } from './features/records/correcting.ts';
import { createExporting } from './features/records/export.ts';
import { createOwnStatus } from './features/records/own-status.ts';
import { createRecordsService } from './features/records/records.ts';
import { createRows } from './features/records/rows.ts';
import { createScope } from './features/records/scope.ts';
import type { Clock } from './kit/clock.ts';
import type { Register } from './live/register.ts';

type Parts = {
  readonly connection: Connection;
  readonly records: Records;
  readonly sessions: Sessions;
  readonly classes: Classes;
  readonly settle: (session: SessionRecord) => Promise<void>;
  readonly publish: Publish;
  readonly register: Pick<Register, 'since'>;
  readonly reach: Pick<Reach, 'alive' | 'statusOf'>;
  readonly ended: (session: SessionRecord) => Promise<unknown>;
  readonly marking: Marking;
  readonly clock: Clock;
  readonly config: Config;
};

/** Joins what is done with the records of sessions that are over. */
export const buildRecords = async ({ connection, config, reach, ...parts }: Parts) => {
  const audit: Audit = createAudit(connection);
  await audit.ensureIndexes();
  const reads = createRecordReads(connection);
  const names = createNames(connection);
  const corrections = createCorrections(connection);
  const scope = createScope(parts);
  const records = createRecordsService({ reads, scope, names });
  const recount = createRecount(parts);
  const correcting = createCorrecting({ ...parts, records, corrections, audit, recount });
  return {
    attendance: createOwnStatus({ ...parts, reads, liveStatus: reach.statusOf }),
    records,
    correcting,
    rows: createRows({
      ...parts,
      alive: reach.alive,
      records,
      correcting,
      scope,
      timeZone: config.TIME_ZONE,
    }),
    exporting: createExporting({ reads, scope, names }),
    analytics: createAnalyticsService({
      ...parts,
      analytics: createAnalytics(connection),
      scope,
      names,
      timeZone: config.TIME_ZONE,
      semesters: config.SEMESTERS,
    }),
    audit: createAuditService({ audit, names }),
  };
};
