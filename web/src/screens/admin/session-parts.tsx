import { CircleStop, CircleX } from 'lucide-react';
import type { SessionState } from '../../../../shared/protocol/index.ts';
import type { SessionView } from '../../../../shared/rest/sessions.ts';
import type { Counts } from '../../../../shared/status.ts';
import { type Format, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import type { Texts } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/feedback.tsx';
import { TextField } from '../../ui/form.tsx';
import { Chip, Confirm, RowActions } from './parts.tsx';

const TONES = { live: 'good', closing: 'warn', final: 'plain', cancelled: 'off' } as const;

export const SessionChip = ({ state }: { state: SessionState }) => (
  <Chip tone={TONES[state]}>{useTexts().admin.sessions.states[state]}</Chip>
);

/** How many attended, the late and the partly there too, of how many; a dash while nobody has counted. */
export const thereOf = (
  counts: Counts | undefined,
  words: Texts['admin']['sessions'],
  format: Format,
): string =>
  counts
    ? words.thereOf(
        format.number(counts.present + counts.late + counts.partial),
        format.number(counts.enrolled),
      )
    : '–';

/** How a session is to end, and which. */
export type Ending = { readonly how: 'close' | 'cancel'; readonly id: string; readonly name: string };

/** What can be done with a session that is live; with any other, nothing. */
export const SessionButtons = ({
  of,
  name,
  size = 'normal',
  onEnd,
}: {
  of: SessionView;
  name: string;
  size?: 'small' | 'normal';
  onEnd: (ending: Ending) => void;
}) => {
  const words = useTexts().admin.sessions;
  if (of.state !== 'live') return null;
  const { id } = of;
  return (
    <RowActions>
      <Button
        size={size}
        icon={CircleStop}
        aria-label={`${words.close}: ${name}`}
        onClick={() => onEnd({ how: 'close', id, name })}
      >
        {words.close}
      </Button>
      <Button
        size={size}
        icon={CircleX}
        aria-label={`${words.cancel}: ${name}`}
        onClick={() => onEnd({ how: 'cancel', id, name })}
      >
        {words.cancel}
      </Button>
    </RowActions>
  );
};

/** Asks, and ends a session as its teacher would. */
export const EndSession = ({ ending, onClose }: { ending: Ending; onClose: () => void }) => {
  const { admin } = useTexts();
  const words = admin.sessions;
  const { how, id, name } = ending;
  const isCancel = how === 'cancel';
  return (
    <Confirm
      title={isCancel ? words.cancelWhat(name) : words.closeWhat(name)}
      note={isCancel ? words.cancelNote : words.closeNote}
      action={isCancel ? words.cancel : words.close}
      danger={isCancel}
      onClose={onClose}
      onConfirm={async ({ reason }) => {
        await authorized('POST', `/api/v1/sessions/${id}/${how}`, reason ? { body: { reason } } : {});
        toast(isCancel ? words.nowCancelled : words.nowClosed);
        void refresh('/api/v1/sessions');
        void refresh('/api/v1/attendance');
      }}
    >
      {isCancel && <TextField label={admin.reason} name="reason" maxLength={500} optional />}
    </Confirm>
  );
};
