import { Download } from 'lucide-react';
import { useState } from 'react';
import { withQuery } from '../../lib/api.ts';
import { useTexts } from '../../lib/language.ts';
import { Button } from '../../ui/button.tsx';
import { State, toast } from '../../ui/feedback.tsx';
import { Choices, SelectField, sentenceOf, TextField } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import { STATUSES } from '../../ui/status.tsx';
import styles from './admin.module.css';
import { AuditList } from './audit.tsx';
import { download } from './download.ts';
import { useClassNames } from './names.ts';
import { Tools } from './parts.tsx';
import { PersonPicker } from './picker.tsx';
import { RecordList } from './record-list.tsx';

const NOTHING = { classId: '', studentId: '', status: '', from: '', to: '' };
type Filter = typeof NOTHING;
type Tab = 'records' | 'audit';

/** What became of everyone in every session, and what administrators deleted of it. */
const Records = () => {
  const { admin } = useTexts();
  const words = admin.records;
  const [tab, setTab] = useState<Tab>('records');
  const [filter, setFilter] = useState<Filter>(NOTHING);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await download(withQuery('/api/v1/attendance/export.csv', filter), 'attendance.csv');
      toast(words.exported);
    } catch (error) {
      toast(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const filtered = Object.values(filter).some((one) => one !== '');
  return (
    <>
      <Head title={words.title}>
        {tab === 'records' && (
          <Button icon={Download} busy={busy} onClick={() => void save()}>
            {words.export}
          </Button>
        )}
      </Head>
      <Tools>
        <Choices<Tab>
          legend={admin.filter}
          name="tab"
          value={tab}
          onChoose={setTab}
          options={[
            ['records', words.tabs.records],
            ['audit', words.tabs.audit],
          ]}
        />
      </Tools>
      {tab === 'audit' ? (
        <AuditList />
      ) : (
        <>
          <Filters of={filter} onChange={setFilter} />
          <RecordList
            path={withQuery('/api/v1/attendance/records', filter)}
            empty={
              filtered ? (
                <State title={admin.nothingFits} note={admin.nothingFitsNote} />
              ) : (
                <State title={words.empty} note={words.emptyNote} />
              )
            }
          />
        </>
      )}
    </>
  );
};
export default Records;

const Filters = ({ of, onChange }: { of: Filter; onChange: (filter: Filter) => void }) => {
  const { admin, status } = useTexts();
  const { classes } = useClassNames();
  const on = (name: keyof Filter) => (event: { target: { value: string } }) =>
    onChange({ ...of, [name]: event.target.value });
  return (
    <search className={styles.filters}>
      <SelectField label={admin.class} name="classId" value={of.classId} onChange={on('classId')}>
        <option value="">{admin.all}</option>
        {classes.map(({ id, className }) => (
          <option key={id} value={id}>
            {className}
          </option>
        ))}
      </SelectField>
      <PersonPicker
        kind="students"
        label={admin.student}
        name="studentId"
        filter
        onPick={(picked) => onChange({ ...of, studentId: picked?.id ?? '' })}
      />
      <SelectField label={admin.status} name="status" value={of.status} onChange={on('status')}>
        <option value="">{admin.any}</option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {status[one]}
          </option>
        ))}
      </SelectField>
      <TextField
        label={admin.from}
        name="from"
        type="date"
        max={of.to}
        onChange={on('from')}
        required={false}
      />
      <TextField label={admin.to} name="to" type="date" min={of.from} onChange={on('to')} required={false} />
    </search>
  );
};
