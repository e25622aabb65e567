import { History, Pencil, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RecordView } from '../../../../shared/rest/records.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { IconButton } from '../../ui/button.tsx';
import { StatusChip } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { useClassNames } from './names.ts';
import { Listed, usePages } from './pages.tsx';
import { Chip, RowActions } from './parts.tsx';
import { CorrectRecord, DeleteRecord, RecordHistoryDialog } from './record-dialogs.tsx';

type Over = { readonly what: 'correct' | 'history' | 'delete'; readonly record: RecordView };

/** Records of a filter, each to be corrected, looked into or deleted. */
export const RecordList = ({
  path,
  empty,
  withoutClass = false,
}: {
  path: string;
  empty: ReactNode;
  /** Where all are of one class and day anyway. */
  withoutClass?: boolean;
}) => {
  const { admin, common, source, teacher } = useTexts();
  const words = admin.records;
  const format = useFormat();
  const { nameOf } = useClassNames();
  const pages = usePages<RecordView>(path);
  const [over, setOver] = useState<Over>();
  const close = () => setOver(undefined);
  const whose = ({ studentName }: RecordView) => studentName ?? admin.unknown;
  const where: Column<RecordView>[] = [
    { key: 'class', head: admin.class, cell: ({ classId }) => nameOf(classId) },
    { key: 'day', head: admin.day, cell: ({ date }) => format.day(date), short: true },
  ];
  const columns: Column<RecordView>[] = [
    { key: 'student', head: admin.student, cell: whose },
    ...(withoutClass ? [] : where),
    {
      key: 'status',
      head: admin.status,
      cell: ({ status, minutesLate }) => (
        <span className={styles.line}>
          <StatusChip status={status} />
          {minutesLate !== undefined && minutesLate > 0 && (
            <span className={styles.soft}>{common.minutes(minutesLate)}</span>
          )}
        </span>
      ),
    },
    {
      key: 'source',
      head: words.source,
      cell: (record) => (
        <span className={styles.line}>
          {source[record.source]}
          {record.corrected && <Chip tone="warn">{words.corrected}</Chip>}
          {record.withdrawn && <Chip tone="plain">{words.withdrawn}</Chip>}
          {record.flags?.includes('shared-device') && <Chip tone="warn">{teacher.sharedDevice}</Chip>}
        </span>
      ),
    },
    {
      key: 'actions',
      head: <span className="unseen">{admin.actions}</span>,
      cell: (record) => (
        <RowActions>
          <IconButton
            icon={Pencil}
            label={words.correctWhat(whose(record))}
            onClick={() => setOver({ what: 'correct', record })}
          />
          <IconButton
            icon={History}
            label={words.historyOf(whose(record))}
            onClick={() => setOver({ what: 'history', record })}
          />
          <IconButton
            icon={Trash2}
            label={`${common.delete}: ${whose(record)}`}
            onClick={() => setOver({ what: 'delete', record })}
          />
        </RowActions>
      ),
    },
  ];
  return (
    <>
      <Listed pages={pages} empty={empty}>
        {(records) => (
          <Table stack caption={words.title} rows={records} keyOf={({ id }) => id} columns={columns} />
        )}
      </Listed>
      {over?.what === 'correct' && (
        <CorrectRecord record={over.record} name={whose(over.record)} onClose={close} />
      )}
      {over?.what === 'history' && (
        <RecordHistoryDialog record={over.record} name={whose(over.record)} onClose={close} />
      )}
      {over?.what === 'delete' && (
        <DeleteRecord record={over.record} name={whose(over.record)} onClose={close} />
      )}
    </>
  );
};
