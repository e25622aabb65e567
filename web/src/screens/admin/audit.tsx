import type { z } from 'zod';
import type { AuditView } from '../../../../shared/rest/records.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { State } from '../../ui/feedback.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { useClassNames } from './names.ts';
import { Listed, usePages } from './pages.tsx';

type AuditLine = z.infer<typeof AuditView>;

/** What administrators deleted and did to accounts, for good. */
export const AuditList = () => {
  const { admin } = useTexts();
  const words = admin.records;
  const format = useFormat();
  const pages = usePages<AuditLine>('/api/v1/audit');
  return (
    <Listed pages={pages} empty={<State title={words.auditEmpty} note={words.auditEmptyNote} />}>
      {(lines) => (
        <Table
          stack
          caption={words.tabs.audit}
          rows={lines}
          keyOf={({ id }) => id}
          columns={[
            { key: 'at', head: words.when, cell: ({ at }) => format.moment(at), short: true },
            { key: 'by', head: words.who, cell: ({ byName }) => byName ?? admin.unknown },
            {
              key: 'action',
              head: words.did,
              cell: ({ action }) => (words.actions as Record<string, string>)[action] ?? action,
            },
            { key: 'was', head: words.was, cell: ({ was }) => <Was of={was} /> },
            { key: 'reason', head: admin.reason, cell: ({ reason }) => reason ?? '–' },
          ]}
        />
      )}
    </Listed>
  );
};

/** What a deleted record said, or whose account it was, as far as it can be told in words. */
const Was = ({ of }: { of: Record<string, unknown> }) => {
  const { admin, status } = useTexts();
  const format = useFormat();
  const { nameOf } = useClassNames();
  const word = typeof of.status === 'string' && Object.hasOwn(status, of.status) ? of.status : undefined;
  const text = (value: unknown) => typeof value === 'string' && value;
  const parts = [
    text(of.name),
    text(of.email),
    word && status[word as keyof typeof status],
    typeof of.classId === 'string' && nameOf(of.classId),
    typeof of.date === 'string' && format.day(of.date),
  ].filter(Boolean);
  return parts.length > 0 ? (
    parts.join(' · ')
  ) : (
    <span className={styles.code}>{JSON.stringify(of) || admin.unknown}</span>
  );
};
