import { Ban, History, Presentation, Settings } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { authorized } from '../../../lib/session.ts';
import { ButtonLink, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { toast } from '../../../ui/feedback.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { Head } from '../../../ui/frame.tsx';
import type { Book } from './book.ts';
import styles from './register.module.css';

/** The code as it is read out: in two groups. */
const grouped = (code: string): string => code.replace(/(...)(?=.)/g, '$1 ');

/** What the register is of, what is shown for checking in, and where else one can go from here. */
export const RegisterHead = ({ book, detail }: { book: Book; detail: ClassDetail | undefined }) => {
  const { teacher } = useTexts();
  const format = useFormat();
  const { classId } = book.view;
  const sessionId = useSyncExternalStore(
    book.subscribe,
    () => book.view.sessionId ?? book.known()?.sessionId,
  );
  const session = useShown<SessionView>(sessionId && `/api/v1/sessions/${sessionId}`).data?.data;
  const [cancelling, setCancelling] = useState(false);
  const note =
    session && [session.room, teacher.closes(format.time(session.closesAt))].filter(Boolean).join(' · ');
  return (
    <>
      <Head title={detail?.className ?? teacher.register} note={note}>
        {session?.code && (
          <span className={styles.code}>
            {teacher.code} <b dir="ltr">{grouped(session.code)}</b>
          </span>
        )}
        {sessionId && (
          <ButtonLink href={`/board/${sessionId}`} icon={Presentation} newTab>
            {teacher.board}
          </ButtonLink>
        )}
        <ButtonLink href={`/teach/${classId}/sessions`} icon={History} variant="quiet">
          {teacher.sessions}
        </ButtonLink>
        <ButtonLink href={`/teach/${classId}/settings`} icon={Settings} variant="quiet">
          {teacher.settings}
        </ButtonLink>
        <IconButton icon={Ban} label={teacher.cancelSession} onClick={() => setCancelling(true)} />
      </Head>
      {cancelling && sessionId && (
        <Dialog title={teacher.cancelSession} onClose={() => setCancelling(false)}>
          <p>{teacher.cancelNote}</p>
          <Form
            submit={teacher.cancelSession}
            onSubmit={async ({ reason }) => {
              await authorized('POST', `/api/v1/sessions/${sessionId}/cancel`, {
                body: reason ? { reason } : {},
              });
              setCancelling(false);
              toast(teacher.cancelled);
              void refresh('/api/v1/sessions');
            }}
          >
            <TextField label={teacher.reason} name="reason" optional maxLength={500} autoComplete="off" />
          </Form>
        </Dialog>
      )}
    </>
  );
};
