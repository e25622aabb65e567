import { CloudOff, History, Settings } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import { useTexts } from '../../../lib/language.ts';
import { useConnection } from '../../../lib/live-state.ts';
import { useShown } from '../../../lib/queries.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { Failure, Loading, Stale, State } from '../../../ui/feedback.tsx';
import { Head } from '../../../ui/frame.tsx';
import { MissedMarks } from '../missed/panel.tsx';
import { type Book, bookOf } from './book.ts';
import { LiveRegister } from './live.tsx';
import { NoRegister } from './none.tsx';
import styles from './register.module.css';

/** Where the register stands, as one word that changes seldom. */
const stageOf = ({ view, known }: Book): 'live' | 'known' | 'none' | 'closed' | 'unknown' | 'refused' => {
  if (view.fault) return 'refused';
  if (view.state === 'unknown') return known() ? 'known' : 'unknown';
  return view.state;
};

/** A class: its live register, or the way to start one. */
export const RegisterPage = ({ classId }: { classId: string }) => {
  const [book, setBook] = useState(() => bookOf(classId));
  if (book.view.classId !== classId) setBook(bookOf(classId));
  const { teacher } = useTexts();
  const stage = useSyncExternalStore(book.subscribe, () => stageOf(book));
  const connected = useConnection() === 'connected';
  const detail = useShown<ClassDetail>(`/api/v1/classes/${classId}`);

  if (detail.isError && !detail.data && stage !== 'known')
    return <Failure error={detail.error} onRetry={() => void detail.refetch()} />;
  if (stage === 'refused') return <Failure error={book.view.fault} />;
  const info = detail.data?.data;
  const since = stage === 'known' ? book.known()?.since : undefined;

  if (stage === 'live' || stage === 'known')
    return (
      <>
        {!connected && (
          <div className={styles.stale}>
            <Stale since={since ?? detail.data?.since} />
          </div>
        )}
        <MissedMarks classId={classId} brief />
        <LiveRegister book={book} detail={info} onStranger={() => void detail.refetch()} />
      </>
    );
  return (
    <>
      <Head title={info?.className ?? teacher.register} note={info?.code}>
        <ButtonLink href={`/teach/${classId}/sessions`} icon={History}>
          {teacher.sessions}
        </ButtonLink>
        <ButtonLink href={`/teach/${classId}/settings`} icon={Settings}>
          {teacher.settings}
        </ButtonLink>
      </Head>
      <MissedMarks classId={classId} />
      {stage === 'unknown' ? (
        connected || book.known() === undefined ? (
          <Loading lines={6} />
        ) : (
          <State icon={CloudOff} title={teacher.offlineTitle} note={teacher.offlineNote} />
        )
      ) : (
        <NoRegister
          classId={classId}
          detail={info}
          ended={stage === 'closed' ? book.view.sessionId : undefined}
        />
      )}
    </>
  );
};
