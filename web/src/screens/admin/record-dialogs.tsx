import { ArrowRight } from 'lucide-react';
import { Fault } from '../../../../shared/faults.ts';
import type { RecordHistory, RecordView } from '../../../../shared/rest/records.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh, useShown } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked, toast } from '../../ui/feedback.tsx';
import { Choices, Form, TextField } from '../../ui/form.tsx';
import { STATUSES, StatusChip } from '../../ui/status.tsx';
import styles from './admin.module.css';
import { Chip, Confirm } from './parts.tsx';

const RECORDS = '/api/v1/attendance/records';

type Props = { readonly record: RecordView; readonly name: string; readonly onClose: () => void };

/** Another status, with a reason that stays. Who was second sees how it stands now, and may send it again. */
export const CorrectRecord = ({ record, name, onClose }: Props) => {
  const {
    admin,
    status: statuses,
    teacher: { nowIs },
  } = useTexts();
  const words = admin.records;
  const path = `${RECORDS}/${record.id}`;
  return (
    <Dialog title={words.correctWhat(name)} onClose={onClose}>
      <Asked query={useShown<RecordView>(path)}>
        {(now) => (
          <>
            <p className={styles.line}>
              {nowIs} <StatusChip status={now.status} />
            </p>
            <Form
              submit={words.correct}
              onSubmit={async ({ status, reason }) => {
                try {
                  await authorized('PATCH', path, { body: { status, reason, revision: now.revision } });
                } catch (error) {
                  if (error instanceof Fault && error.code === 'CONFLICT') void refresh(path);
                  throw error;
                }
                toast(words.nowCorrected(name));
                void refresh('/api/v1/attendance');
                onClose();
              }}
            >
              <Choices
                legend={admin.status}
                name="status"
                value={now.status}
                options={STATUSES.map((one) => [one, statuses[one]])}
              />
              <TextField
                label={admin.reason}
                name="reason"
                hint={words.reasonHint}
                maxLength={500}
                autoComplete="off"
              />
            </Form>
          </>
        )}
      </Asked>
    </Dialog>
  );
};

/** How a record came to say what it says. */
export const RecordHistoryDialog = ({ record, name, onClose }: Props) => {
  const words = useTexts().admin.records;
  return (
    <Dialog title={words.historyOf(name)} onClose={onClose}>
      <Asked query={useShown<RecordHistory>(`${RECORDS}/${record.id}/history`)}>
        {({ lines }) => (
          <ol className={styles.history}>
            {lines.map((line) => (
              <li key={`${line.at} ${line.kind} ${line.from} ${line.to}`}>
                <HistoryLine of={line} />
              </li>
            ))}
          </ol>
        )}
      </Asked>
    </Dialog>
  );
};

const HistoryLine = ({ of }: { of: RecordHistory['lines'][number] }) => {
  const { admin, source, teacher } = useTexts();
  const words = admin.records;
  const format = useFormat();
  const from = of.from !== of.to ? of.from : null;
  return (
    <>
      <span className={styles.line}>
        <strong>{of.kind === 'correction' ? words.correction : words.mark}</strong>
        {from && (
          <>
            <StatusChip status={from} /> <ArrowRight size={16} aria-hidden />
          </>
        )}
        <StatusChip status={of.to} />
        {!of.applied && <Chip tone="plain">{words.notApplied}</Chip>}
        {of.flags?.includes('shared-device') && <Chip tone="warn">{teacher.sharedDevice}</Chip>}
      </span>
      <span className={styles.soft}>
        {[format.moment(of.at), of.byName ?? source[of.source]].join(' · ')}
      </span>
      {of.reason && (
        <p>
          <bdi>{of.reason}</bdi>
        </p>
      )}
    </>
  );
};

/** Takes a record away for good; the audit keeps what it was. */
export const DeleteRecord = ({ record, name, onClose }: Props) => {
  const { admin, common } = useTexts();
  const words = admin.records;
  const format = useFormat();
  return (
    <Confirm
      title={words.deleteWhat(name, format.day(record.date))}
      note={words.deleteNote}
      action={common.delete}
      onClose={onClose}
      onConfirm={async ({ reason }) => {
        await authorized('DELETE', `${RECORDS}/${record.id}`, { body: { reason } });
        toast(admin.deleted(name));
        void refresh('/api/v1/attendance');
        void refresh('/api/v1/audit');
      }}
    >
      <TextField
        label={admin.reason}
        name="reason"
        hint={words.reasonHint}
        maxLength={500}
        autoComplete="off"
      />
    </Confirm>
  );
};
