import { Ban, Ellipsis, History, Keyboard, Presentation, Settings, X } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { authorized } from '../../../lib/session.ts';
import { Button, ButtonLink, IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { toast } from '../../../ui/feedback.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { Head } from '../../../ui/frame.tsx';
import type { Book } from './book.ts';
import styles from './register.module.css';

/** The code as it is read out: in two groups. */
const grouped = (code: string): string => code.replace(/(...)(?=.)/g, '$1 ');

/** What the register is of, what is shown for checking in, and where else one can go from here. */
export const RegisterHead = ({
  book,
  detail,
  onRestAbsent,
  onHelp,
}: {
  book: Book;
  detail: ClassDetail | undefined;
  onRestAbsent: () => void;
  onHelp: () => void;
}) => {
  const { teacher, common } = useTexts();
  const format = useFormat();
  const { classId } = book.view;
  const sessionId = useSyncExternalStore(
    book.subscribe,
    () => book.view.sessionId ?? book.known()?.sessionId,
  );
  const session = useShown<SessionView>(sessionId && `/api/v1/sessions/${sessionId}`).data?.data;
  const [open, setOpen] = useState<'more' | 'cancel'>();
  const close = () => setOpen(undefined);

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
        <IconButton icon={Ellipsis} label={common.more} variant="plain" onClick={() => setOpen('more')} />
      </Head>
      {open === 'more' && (
        <Dialog title={common.more} onClose={close}>
          <div className={styles.more}>
            <ButtonLink href={`/teach/${classId}/sessions`} icon={History}>
              {teacher.sessions}
            </ButtonLink>
            <ButtonLink href={`/teach/${classId}/settings`} icon={Settings}>
              {teacher.settings}
            </ButtonLink>
            <Button
              icon={X}
              disabled={book.counts().unmarked === 0}
              onClick={() => {
                close();
                onRestAbsent();
              }}
            >
              {teacher.restAbsent}
            </Button>
            <Button
              icon={Keyboard}
              onClick={() => {
                close();
                onHelp();
              }}
            >
              {teacher.keys.title}
            </Button>
            <Button icon={Ban} onClick={() => setOpen('cancel')}>
              {teacher.cancelSession}
            </Button>
          </div>
        </Dialog>
      )}
      {open === 'cancel' && sessionId && (
        <Dialog title={teacher.cancelSession} onClose={close}>
          <p>{teacher.cancelNote}</p>
          <Form
            danger
            extra={<Button onClick={close}>{common.back}</Button>}
            submit={teacher.cancelSession}
            onSubmit={async ({ reason }) => {
              await authorized('POST', `/api/v1/sessions/${sessionId}/cancel`, {
                body: reason ? { reason } : {},
              });
              close();
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
