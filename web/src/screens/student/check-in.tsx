import { CircleAlert, CloudOff, Lock, ScanLine } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { CheckedIn } from '../../../../shared/protocol/index.ts';
import { textsNow, useFormat, useTexts } from '../../lib/language.ts';
import { useValue } from '../../lib/observable.ts';
import { refresh } from '../../lib/queries.ts';
import { session } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { SignIn } from '../sign-in.tsx';
import styles from './check-in.module.css';
import { checkIn, type Proof } from './checking.ts';
import { useClasses, useRunning } from './lists.ts';
import { type Problem, problemOf } from './problem.ts';
import { Result } from './result.tsx';
import { dropScan, scan } from './scan.ts';
import { Ways } from './ways.tsx';

/** Sends proofs one at a time, and keeps what came of the last. */
const useChecking = () => {
  const format = useFormat();
  const [outcome, setOutcome] = useState<CheckedIn>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const last = useRef<Proof>(undefined);
  const send = async (proof: Proof): Promise<void> => {
    if (busy) return;
    last.current = proof;
    setBusy(true);
    setProblem(undefined);
    const scanned = proof.method === 'qr' && 'ticket' in proof.proof;
    try {
      setOutcome(await checkIn(proof));
      if (scanned) dropScan();
      void refresh('/api/v1');
    } catch (error) {
      const told = problemOf(error, textsNow(), format);
      // A scan that was not judged yet counts still.
      if (scanned && !told.away && told.until === undefined) dropScan();
      setProblem(told);
    } finally {
      setBusy(false);
    }
  };
  // When one may try again, the field opens by itself.
  useEffect(() => {
    if (problem?.until === undefined) return;
    const timer = setTimeout(() => setProblem(undefined), problem.until - Date.now());
    return () => clearTimeout(timer);
  }, [problem]);
  return {
    outcome,
    problem,
    busy,
    send,
    again: () => (last.current ? send(last.current) : Promise.resolve()),
    another: () => {
      setOutcome(undefined);
      setProblem(undefined);
    },
  };
};

const ProblemNote = ({ problem, onRetry }: { problem: Problem; onRetry: () => void }) => {
  const { common } = useTexts();
  const Icon = problem.away ? CloudOff : CircleAlert;
  return (
    <div className={problem.away ? styles.awayNote : styles.problem}>
      <Icon size={22} aria-hidden />
      <div>
        <strong>{problem.title}</strong>
        {problem.note && <p>{problem.note}</p>}
      </div>
      {problem.away && <Button onClick={onRetry}>{common.retry}</Button>}
    </div>
  );
};

/** The scan that this page was opened with: it is on its way, or kept until there is a connection, or was refused. */
const ScanNote = ({ sending }: { sending: boolean }) => {
  const { student } = useTexts();
  const format = useFormat();
  const scanned = useValue(scan);
  if (scanned.status === 'none') return null;
  const refused = scanned.status === 'refused';
  const note =
    scanned.status === 'bound'
      ? student.scanStillCounts(format.time(scanned.expiresAt))
      : refused
        ? student.scanRefusedNote
        : scanned.away
          ? student.scanBindingNote
          : undefined;
  return (
    <div className={refused ? styles.problem : styles.scan}>
      <ScanLine size={22} aria-hidden />
      <div>
        <strong>
          {refused
            ? student.scanRefused
            : scanned.status === 'binding' || sending
              ? student.scanBinding
              : student.scanKept}
        </strong>
        {note && <p>{note}</p>}
      </div>
    </div>
  );
};

const CheckInPage = () => {
  const { nav, student } = useTexts();
  const scanned = useValue(scan);
  const { outcome, problem, busy, send, again, another } = useChecking();
  const classes = useClasses();
  const running = useRunning(classes.list);
  const ticket = scanned.status === 'bound' ? scanned.ticket : undefined;
  const tried = useRef<string>(undefined);
  useEffect(() => {
    if (ticket === undefined || tried.current === ticket) return;
    tried.current = ticket;
    void send({ method: 'qr', proof: { ticket } });
  });
  useEffect(() => {
    if (!problem?.away) return;
    const retry = () => void again();
    window.addEventListener('online', retry);
    return () => window.removeEventListener('online', retry);
  });
  const missing = outcome?.missing?.length ? outcome.missing : undefined;
  const ways = (
    <Ways
      running={missing ? running.filter((one) => one.session.id === outcome?.sessionId) : running}
      only={missing}
      busy={busy}
      shut={problem?.until !== undefined}
      wrong={problem !== undefined && !problem.away}
      send={send}
    />
  );
  return (
    <div className={styles.page}>
      <Head title={nav.checkIn} {...(!outcome && { note: student.checkInNote })} />
      <div role="status">{!outcome && <ScanNote sending={busy} />}</div>
      <div role="alert">{problem && <ProblemNote problem={problem} onRetry={() => void again()} />}</div>
      {outcome ? (
        <Result
          key={`${outcome.sessionId} ${outcome.method}`}
          outcome={outcome}
          className={classes.nameOf(outcome.classId)}
          onAnother={another}
        >
          {missing && ways}
        </Result>
      ) : (
        <Card>{ways}</Card>
      )}
    </div>
  );
};

/** Checking in: for students; whoever is not signed in yet signs in first, and a scan waits for them meanwhile. */
const CheckIn = () => {
  const { state, student } = useTexts();
  const now = useValue(session.state);
  if (now.status !== 'in') return <SignIn />;
  if (now.user.role !== 'student')
    return <State icon={Lock} title={state.noRights} note={student.studentsOnly} />;
  return <CheckInPage />;
};
export default CheckIn;
