import { Check, ShieldCheck, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { QuarantineView } from '../../../../shared/rest/devices.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Cards } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { State, toast } from '../../ui/feedback.tsx';
import { Choices, Form, TextField } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import styles from './admin.module.css';
import { momentOf } from './device-dialogs.tsx';
import { Listed, usePages } from './pages.tsx';
import { Chip, Confirm, Facts, Tools } from './parts.tsx';
import { PersonPicker } from './picker.tsx';

const QUARANTINE = '/api/v1/devices/quarantine';
type Stand = 'open' | 'resolved';
type Over = { readonly what: 'apply' | 'discard'; readonly event: QuarantineView };

/** What devices sent and nobody could count: put right and taken in, or discarded. */
const Review = () => {
  const { admin } = useTexts();
  const words = admin.review;
  const [state, setState] = useState<Stand>('open');
  const [over, setOver] = useState<Over>();
  const pages = usePages<QuarantineView>(withQuery(QUARANTINE, { state }));
  const close = () => setOver(undefined);
  return (
    <>
      <Head title={words.title} note={words.note} />
      <Tools>
        <Choices<Stand>
          legend={admin.filter}
          name="state"
          value={state}
          onChoose={setState}
          options={[
            ['open', words.states.open],
            ['resolved', words.states.resolved],
          ]}
        />
      </Tools>
      <Listed
        pages={pages}
        empty={
          state === 'open' ? (
            <State icon={ShieldCheck} title={words.empty} note={words.emptyNote} />
          ) : (
            <State title={words.emptyResolved} />
          )
        }
      >
        {(events) => (
          <Cards>
            {events.map((event) => (
              <li key={event.id}>
                <EventCard event={event} onOpen={setOver} />
              </li>
            ))}
          </Cards>
        )}
      </Listed>
      {over?.what === 'apply' && <Apply event={over.event} onClose={close} />}
      {over?.what === 'discard' && (
        <Confirm
          title={words.discardWhat}
          note={words.discardNote}
          action={words.discard}
          onClose={close}
          onConfirm={async () => {
            await resolve(over.event, { action: 'discard' });
            toast(words.discarded);
          }}
        />
      )}
    </>
  );
};
export default Review;

const resolve = async ({ id }: QuarantineView, body: object) => {
  try {
    await authorized('POST', `${QUARANTINE}/${id}/resolve`, { body });
  } finally {
    void refresh(QUARANTINE);
    void refresh('/api/v1/attendance');
  }
};

const EventCard = ({ event, onOpen }: { event: QuarantineView; onOpen: (over: Over) => void }) => {
  const words = useTexts().admin.review;
  const format = useFormat();
  return (
    <Card>
      <div className={styles.top}>
        <div>
          <h2>{words.reasons[event.reason]}</h2>
          <bdi className={styles.code}>{event.deviceId}</bdi>
        </div>
        {event.resolution ? (
          <Chip tone={event.resolution === 'applied' ? 'good' : 'plain'}>
            {event.resolution === 'applied' ? words.applied : words.discarded}
          </Chip>
        ) : (
          event.count > 1 && <Chip tone="warn">{words.times(event.count)}</Chip>
        )}
      </div>
      <Facts
        of={[
          [words.first, format.moment(event.firstAt)],
          [words.last, format.moment(event.lastAt)],
        ]}
      />
      <pre className={styles.raw} dir="ltr">
        {event.raw}
      </pre>
      {event.resolvedAt === null && (
        <div className={styles.buttons}>
          <Button icon={Check} variant="primary" onClick={() => onOpen({ what: 'apply', event })}>
            {words.apply}
          </Button>
          <Button icon={Trash2} onClick={() => onOpen({ what: 'discard', event })}>
            {words.discard}
          </Button>
        </div>
      )}
    </Card>
  );
};

const Apply = ({ event, onClose }: { event: QuarantineView; onClose: () => void }) => {
  const { admin } = useTexts();
  const words = admin.review;
  return (
    <Dialog title={words.applyWhat(event.deviceId)} onClose={onClose}>
      <p className={styles.soft}>{words.applyNote}</p>
      <pre className={styles.raw} dir="ltr">
        {event.raw}
      </pre>
      <Form
        submit={words.apply}
        onSubmit={async ({ studentId, at }) => {
          await resolve(event, {
            action: 'apply',
            ...(studentId && { studentId }),
            ...(at && { at: momentOf(at) }),
          });
          toast(words.applied);
          onClose();
        }}
      >
        <PersonPicker
          kind="students"
          label={admin.student}
          name="studentId"
          optional={event.reason === 'CLOCK_SKEWED' || event.reason === 'NO_SESSION'}
        />
        <TextField label={words.at} name="at" type="datetime-local" step={1} optional />
      </Form>
    </Dialog>
  );
};
