import { Fault } from '../../../../../shared/faults.ts';
import type { RecordView } from '../../../../../shared/rest/records.ts';
import { useTexts } from '../../../lib/language.ts';
import { refresh } from '../../../lib/queries.ts';
import { authorized } from '../../../lib/session.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { toast } from '../../../ui/feedback.tsx';
import { Choices, Form, TextField } from '../../../ui/form.tsx';
import { STATUSES, StatusChip } from '../../../ui/status.tsx';
import styles from './records.module.css';

/** Has records and counts asked for again, after one was corrected. */
export const refreshRecords = () =>
  Promise.all([refresh('/api/v1/attendance/records'), refresh('/api/v1/sessions')]);

/**
 * Another status for a record, with the reason; `suggested` is filled in, and `onCorrected` told when it is done. When somebody else was
 * first, it says so and shows what they wrote.
 */
export const CorrectDialog = ({
  record,
  name,
  suggested,
  onCorrected,
  onClose,
}: {
  record: RecordView;
  name: string;
  suggested?: { readonly status: RecordView['status']; readonly reason: string };
  onCorrected?: () => void;
  onClose: () => void;
}) => {
  const { teacher, status } = useTexts();
  return (
    <Dialog title={teacher.correctOf(name)} onClose={onClose}>
      <p className={styles.cell}>
        {teacher.nowIs} <StatusChip status={record.status} />
      </p>
      <Form
        submit={teacher.correct}
        onSubmit={async (values) => {
          try {
            await authorized('PATCH', `/api/v1/attendance/records/${record.id}`, {
              body: { status: values.status, reason: values.reason, revision: record.revision },
            });
          } catch (error) {
            if (!(error instanceof Fault) || error.code !== 'CONFLICT') throw error;
            // How it stands now is shown above, once it is read again.
            await refreshRecords();
            throw new Fault('CONFLICT');
          }
          void refreshRecords();
          toast(teacher.correctedTo(name, status[values.status as RecordView['status']]));
          onCorrected?.();
          onClose();
        }}
      >
        <Choices
          legend={teacher.newStatus}
          name="status"
          value={suggested?.status ?? record.status}
          options={STATUSES.map((one) => [one, status[one]])}
        />
        <TextField
          label={teacher.reason}
          name="reason"
          maxLength={500}
          autoComplete="off"
          hint={teacher.reasonHint}
          {...(suggested && { defaultValue: suggested.reason })}
        />
      </Form>
    </Dialog>
  );
};
