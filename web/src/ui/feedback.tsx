import type { UseQueryResult } from '@tanstack/react-query';
import { CircleAlert, CloudOff, Inbox, Lock, type LucideIcon, SearchX } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Fault } from '../../../shared/faults.ts';
import { useFormat, useTexts } from '../lib/language.ts';
import { observable, useValue } from '../lib/observable.ts';
import type { Shown } from '../lib/queries.ts';
import { Button } from './button.tsx';
import styles from './feedback.module.css';
import { sentenceOf } from './form.tsx';

/** A place with nothing to show: a sign, a sentence, and what to do about it. */
export const State = ({
  icon: Icon = Inbox,
  title,
  note,
  page = false,
  children,
}: {
  icon?: LucideIcon;
  title: string;
  note?: string | undefined;
  /** Where it is all that the page has: then its title is the page's. */
  page?: boolean;
  children?: ReactNode;
}) => (
  <div className={styles.state}>
    <span className={styles.sign}>
      <Icon size={30} aria-hidden />
    </span>
    {page ? <h1>{title}</h1> : <h2>{title}</h2>}
    {note && <p className={styles.note}>{note}</p>}
    {children}
  </div>
);

/** While something is on its way; the room that it will take is kept. */
export const Loading = ({ lines = 4 }: { lines?: number }) => {
  const { common } = useTexts();
  return (
    <div className={styles.lines} role="status" aria-label={common.loading}>
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={i} className={styles.line} />
      ))}
    </div>
  );
};

/** What went wrong, in its own design for each kind: no rights, not there, anything else with a second try. */
export const Failure = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => {
  const { state, common } = useTexts();
  const status = error instanceof Fault ? error.kind.http : 500;
  if (status === 403) return <State icon={Lock} title={state.noRights} note={sentenceOf(error)} />;
  if (status === 404) return <State icon={SearchX} title={state.notFound} note={sentenceOf(error)} />;
  return (
    <State
      icon={status === 503 || status === 504 ? CloudOff : CircleAlert}
      title={state.failed}
      note={sentenceOf(error)}
    >
      {onRetry && <Button onClick={onRetry}>{common.retry}</Button>}
    </State>
  );
};

/** Says that what is shown is not the newest. */
export const Stale = ({ since }: { since: number | undefined }) => {
  const { connection } = useTexts();
  const format = useFormat();
  if (since === undefined) return null;
  return (
    <p className={styles.stale} role="status">
      <CloudOff size={18} aria-hidden /> {connection.asOf(format.moment(since))}
    </p>
  );
};

/** Shows what was asked for, or why not yet, or why not. */
export const Asked = <T,>({
  query,
  loading,
  children,
}: {
  query: UseQueryResult<Shown<T>, Error>;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}) => {
  if (query.data)
    return (
      <>
        <Stale since={query.data.since} />
        {children(query.data.data)}
      </>
    );
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return loading ?? <Loading />;
};

type Toast = {
  readonly id: number;
  readonly text: string;
  readonly action?: { text: string; run: () => void };
};

const SHOWN_MS = 6_000;
const toasts = observable<readonly Toast[]>([]);
let made = 0;

/** Says something in passing, with at most one thing to do about it. */
export const toast = (text: string, action?: Toast['action']): void => {
  made += 1;
  const id = made;
  toasts.set([...toasts.get().slice(-2), { id, text, ...(action && { action }) }]);
};
const dismiss = (id: number) => toasts.set(toasts.get().filter((one) => one.id !== id));

const ToastLine = ({ id, text, action }: Toast) => {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={styles.toast}>
      <span>{text}</span>
      {action && (
        <Button
          variant="quiet"
          size="small"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.text}
        </Button>
      )}
    </div>
  );
};

/** Where what is said in passing appears. */
export const Toasts = () => (
  <div className={styles.toasts} role="status" aria-live="polite">
    {useValue(toasts).map((one) => (
      <ToastLine key={one.id} {...one} />
    ))}
  </div>
);
