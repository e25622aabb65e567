import { History, Pencil } from 'lucide-react';
import type { RecordView } from '../../../../../shared/rest/records.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { useNarrow } from '../../../lib/narrow.ts';
import { IconButton } from '../../../ui/button.tsx';
import { StatusChip } from '../../../ui/status.tsx';
import { type Column, Table } from '../../../ui/table.tsx';
import styles from './records.module.css';

/** Records with what can be done about each; on a phone all that is said of one stands in one cell. */
export const RecordTable = ({
  records,
  names,
  onOpen,
}: {
  records: readonly RecordView[];
  names: ReadonlyMap<string, string>;
  onOpen: (what: 'correct' | 'history', record: RecordView) => void;
}) => {
  const { teacher, source } = useTexts();
  const format = useFormat();
  const narrow = useNarrow();
  const name = ({ studentId, withdrawn }: RecordView) => (
    <span>
      <b>{names.get(studentId) ?? teacher.unknownName}</b>
      {withdrawn && <span className={styles.note}> · {teacher.withdrawn}</span>}
    </span>
  );
  const status = ({ status: now, minutesLate, corrected, flags }: RecordView) => (
    <span className={styles.cell}>
      <StatusChip status={now} />
      {!!minutesLate && <span>{teacher.minutesLate(minutesLate)}</span>}
      {corrected && <span className={styles.note}>{teacher.corrected}</span>}
      {flags?.includes('shared-device') && <span className={styles.warn}>{teacher.sharedDevice}</span>}
    </span>
  );
  const wide: Column<RecordView>[] = [
    { key: 'name', head: teacher.name, cell: name },
    { key: 'status', head: teacher.status, cell: status },
    { key: 'source', head: teacher.how, cell: (one) => source[one.source], short: true },
    { key: 'at', head: teacher.time, cell: ({ at }) => format.time(at), short: true },
    {
      key: 'reason',
      head: teacher.reason,
      cell: ({ reason }) => reason && <span className={styles.reason}>{reason}</span>,
    },
  ];
  const together: Column<RecordView> = {
    key: 'all',
    head: teacher.name,
    cell: (record) => (
      <span className={styles.together}>
        {name(record)}
        {status(record)}
        <span className={styles.note}>
          {[source[record.source], format.time(record.at), record.reason].filter(Boolean).join(' · ')}
        </span>
      </span>
    ),
  };
  const actions: Column<RecordView> = {
    key: 'do',
    head: <span className="unseen">{teacher.correct}</span>,
    cell: (record) => {
      const called = names.get(record.studentId) ?? teacher.unknownName;
      return (
        <span className={styles.buttons}>
          <IconButton
            icon={Pencil}
            label={teacher.correctOf(called)}
            onClick={() => onOpen('correct', record)}
          />
          <IconButton
            icon={History}
            label={teacher.historyOf(called)}
            onClick={() => onOpen('history', record)}
          />
        </span>
      );
    },
  };
  return (
    <Table
      caption={teacher.records}
      rows={records}
      keyOf={({ id }) => id}
      columns={narrow ? [together, actions] : [...wide, actions]}
    />
  );
};
