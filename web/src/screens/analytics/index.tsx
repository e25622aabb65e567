import { School } from 'lucide-react';
import { useId, useState } from 'react';
import { useTexts } from '../../lib/language.ts';
import { Failure, Loading, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import styles from './analytics.module.css';
import { keepShare, keptShare, readShare, useAddress, useClasses } from './asked.ts';
import { ByDay } from './by-day.tsx';
import { ByStudent } from './by-student.tsx';
import { Control } from './parts.tsx';
import { Trend } from './trend.tsx';

/** How attendance goes: over time, on a day, for each student. */
const Analytics = () => {
  const { analytics } = useTexts();
  const address = useAddress();
  const id = useId();
  const { classes, ...query } = useClasses();
  const [text, setText] = useState(() => String(keptShare()));
  const [mark, setMark] = useState(keptShare);
  const classId = address.read('class');
  const share = readShare(text);

  if (!classes)
    return query.isError ? (
      <Failure error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Loading lines={6} />
    );
  if (classes.length === 0)
    return (
      <>
        <Head title={analytics.title} />
        <State icon={School} title={analytics.noClasses} note={analytics.noClassesNote} />
      </>
    );
  return (
    <>
      <Head title={analytics.title} note={analytics.note}>
        <div className={styles.controls}>
          <Control id={`${id}c`} label={analytics.class}>
            <select
              id={`${id}c`}
              value={classId}
              onChange={({ target }) => address.write('class', target.value)}
            >
              <option value="">{analytics.allClasses}</option>
              {classes.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.code === null ? one.className : `${one.className} (${one.code})`}
                </option>
              ))}
            </select>
          </Control>
          <Control
            id={`${id}s`}
            label={analytics.mark}
            wrong={share === undefined ? analytics.markWrong : undefined}
          >
            <input
              id={`${id}s`}
              inputMode="numeric"
              size={4}
              value={text}
              aria-invalid={share === undefined || undefined}
              aria-describedby={`${id}s-wrong`}
              onChange={({ target }) => {
                setText(target.value);
                const next = readShare(target.value.trim());
                if (next === undefined) return;
                setMark(next);
                keepShare(next);
              }}
            />
          </Control>
        </div>
      </Head>
      <div className={styles.parts}>
        <Trend classId={classId} mark={mark} />
        <ByDay classId={classId} mark={mark} />
        <ByStudent key={classId} classId={classId} mark={mark} />
      </div>
    </>
  );
};
export default Analytics;
