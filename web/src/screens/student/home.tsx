import { ChevronRight, GraduationCap, MoonStar, QrCode } from 'lucide-react';
import { Link } from 'wouter';
import type { Stats } from '../../../../shared/rest/analytics.ts';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { useMe } from '../../lib/role.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { Ring } from '../../ui/ring.tsx';
import styles from './home.module.css';
import { useClasses, useRunning } from './lists.ts';
import { LiveCard } from './live-card.tsx';
import { useFollowed } from './own.ts';

/** A class without a live session: what one's own records in it add up to. */
const ClassLine = ({ id, className }: Pick<ClassView, 'id' | 'className'>) => {
  const { student } = useTexts();
  const format = useFormat();
  const { data } = useShown<Stats>(`/api/v1/attendance/stats?classId=${id}`);
  const stats = data?.data;
  const counts = stats && { ...stats.counts, unmarked: 0, enrolled: stats.counts.total };
  return (
    <li>
      <Link href={`/my/${id}`} className={styles.line}>
        <span className={styles.ring}>{counts && <Ring counts={counts} width={12} />}</span>
        <span className={styles.name}>
          <strong>{className}</strong>
          <span>
            {stats && (stats.counts.total === 0 ? student.noRecords : student.sessions(stats.counts.total))}
          </span>
        </span>
        {stats && stats.attendance !== null && (
          <span className={styles.percent}>
            <span className="unseen">{student.attendance} </span>
            {format.percent(stats.attendance)}
          </span>
        )}
        <ChevronRight className={styles.on} size={20} aria-hidden />
      </Link>
    </li>
  );
};

/** Where the student stands: in each class that is live, and over time in all. */
export const Home = () => {
  const { student, nav } = useTexts();
  const me = useMe();
  const { query, list } = useClasses();
  const running = useRunning(list);
  useFollowed(list.map(({ id }) => id));
  return (
    <>
      <Head title={student.title} note={me.name} />
      <Asked query={query}>
        {() =>
          list.length === 0 ? (
            <State icon={GraduationCap} title={student.noClasses} note={student.noClassesNote}>
              <ButtonLink href="/check-in" variant="primary" icon={QrCode}>
                {nav.checkIn}
              </ButtonLink>
            </State>
          ) : (
            <div className={styles.parts}>
              <section aria-labelledby="now">
                <h2 id="now">{student.now}</h2>
                {running.length === 0 ? (
                  <p className={styles.quiet}>
                    <MoonStar size={20} aria-hidden /> {student.nothingLive}
                  </p>
                ) : (
                  <ul className={styles.live}>
                    {running.map((one) => (
                      <LiveCard key={one.session.id} {...one} />
                    ))}
                  </ul>
                )}
              </section>
              <section aria-labelledby="classes">
                <h2 id="classes">{student.classes}</h2>
                <ul className={styles.lines}>
                  {list.map(({ id, className }) => (
                    <ClassLine key={id} id={id} className={className} />
                  ))}
                </ul>
              </section>
            </div>
          )
        }
      </Asked>
    </>
  );
};
