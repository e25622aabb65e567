import { useState } from 'react';
import { Fault } from '../../../../shared/faults.ts';
import type { Method } from '../../../../shared/protocol/index.ts';
import type { BindableDevice } from '../../../../shared/rest/devices.ts';
import { useAll } from '../../lib/all.ts';
import { useTexts } from '../../lib/language.ts';
import { useMaxMinutes } from '../../lib/role.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/feedback.tsx';
import formStyles from '../../ui/form.module.css';
import { Choices, Form, SelectField, TextField } from '../../ui/form.tsx';
import { startSession } from './start.tsx';
import styles from './start-dialog.module.css';

const OWN = ['code', 'qr', 'ble', 'passkey', 'device'] as const satisfies readonly Method[];

const numberOf = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

/** As long as the server ever lets a register stay open, in minutes. */
const LONGEST = 1440;

/** Refuses a grace that lasts until nobody can check in any more: the teacher means something else. */
const checkLateRule = (grace: number, until: number | undefined, minutes: number) => {
  const end = Math.min(until ?? minutes, minutes);
  if (grace < end) return;
  const message = `must leave time to be late: it ends after ${end}`;
  throw new Fault('INVALID_REQUEST', { details: [{ path: 'lateRule.graceMinutes', message }] });
};

const labelOf = ({ name, deviceId }: BindableDevice): string =>
  name === deviceId ? name : `${name} (${deviceId})`;

/** The device in the room, of those that there are; one that another register has now cannot be chosen. */
const DeviceChoice = () => {
  const { teacher } = useTexts();
  const devices = useAll<BindableDevice>('/api/v1/devices/bindable');
  const items = devices.data?.data;
  return (
    <>
      <SelectField
        label={teacher.device}
        name="deviceId"
        hint={items?.length === 0 ? teacher.noDevices : teacher.deviceHint}
        optional
        aria-busy={devices.isPending}
      >
        <option value="">{teacher.noDevice}</option>
        {items?.map((device) => (
          <option key={device.id} value={device.deviceId} disabled={device.inUse}>
            {device.inUse ? teacher.deviceInUse(labelOf(device)) : labelOf(device)}
          </option>
        ))}
      </SelectField>
      {devices.isError && <Failure error={devices.error} onRetry={() => void devices.refetch()} />}
    </>
  );
};

/** Everything that can be asked of a session. */
export const StartDialog = ({
  classId,
  onStarted,
  onClose,
}: {
  classId: string;
  onStarted: () => void;
  onClose: () => void;
}) => {
  const { teacher, method, common } = useTexts();
  const max = useMaxMinutes();
  const [chosen, setChosen] = useState<ReadonlySet<Method>>(new Set(['code', 'qr']));
  const [required, setRequired] = useState<'any' | 'all'>('any');
  const own = OWN.filter((one) => chosen.has(one));
  return (
    <Dialog title={teacher.startTitle} onClose={onClose}>
      <Form
        submit={teacher.start}
        onSubmit={async (values) => {
          const grace = numberOf(values['lateRule.graceMinutes']);
          const until = numberOf(values['lateRule.lateUntilMinutes']);
          const minutes = numberOf(values.minutes);
          if (grace !== undefined) checkLateRule(grace, until, minutes ?? max ?? LONGEST);
          await startSession({
            classId,
            methods: ['teacher', ...own],
            ...(required === 'all' && own.length > 1 && { require: own }),
            ...(minutes !== undefined && { minutes }),
            ...((grace !== undefined || until !== undefined) && {
              lateRule: { graceMinutes: grace ?? 0, ...(until !== undefined && { lateUntilMinutes: until }) },
            }),
            ...(values.room && { room: values.room }),
            ...(values.deviceId && { deviceId: values.deviceId }),
          });
          onStarted();
        }}
      >
        <fieldset className={formStyles.field}>
          <legend className={formStyles.label}>{teacher.methods}</legend>
          <p className={formStyles.hint}>{teacher.methodsHint}</p>
          <div className={formStyles.choices}>
            {OWN.map((one) => (
              <label key={one} className={formStyles.choice}>
                <input
                  type="checkbox"
                  checked={chosen.has(one)}
                  onChange={({ target }) => {
                    const next = new Set(chosen);
                    if (target.checked) next.add(one);
                    else next.delete(one);
                    setChosen(next);
                  }}
                />
                {method[one]}
              </label>
            ))}
          </div>
        </fieldset>
        {own.length > 1 && (
          <Choices
            legend={teacher.required}
            name="required"
            value={required}
            options={[
              ['any', teacher.requiredAny],
              ['all', teacher.requiredAll],
            ]}
            onChoose={setRequired}
          />
        )}
        <div className={styles.pair}>
          <TextField
            label={teacher.minutes}
            name="minutes"
            type="number"
            min={1}
            max={max === undefined ? LONGEST : Math.floor(max)}
            inputMode="numeric"
            optional
            {...(max !== undefined && { hint: teacher.closesAfterHint(common.minutes(Math.floor(max))) })}
          />
          <TextField label={teacher.room} name="room" maxLength={100} optional />
          <TextField
            label={teacher.lateAfter}
            name="lateRule.graceMinutes"
            type="number"
            min={0}
            max={LONGEST}
            inputMode="numeric"
            optional
          />
          <TextField
            label={teacher.lateUntil}
            name="lateRule.lateUntilMinutes"
            type="number"
            min={0}
            max={LONGEST}
            inputMode="numeric"
            optional
          />
        </div>
        {chosen.has('device') && <DeviceChoice />}
      </Form>
    </Dialog>
  );
};
