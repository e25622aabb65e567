import { Plus, School } from 'lucide-react';
import { useState } from 'react';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import type { SessionView } from '../../../../shared/rest/sessions.ts';
import { useAll } from '../../lib/all.ts';
import { useTexts } from '../../lib/language.ts';
import { useToday } from '../../lib/school-day.ts';
import { Button } from '../../ui/button.tsx';
import { Cards } from '../../ui/card.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { ClassCard, type Standing, standingOf } from './class-card.tsx';
import { MissedEverywhere } from './missed/panel.tsx';
import { NewClassDialog } from './new-class.tsx';

/** Longer than any session stays open, in ms, so that what is live or of today began within it. */
const RECENT_MS = 48 * 3_600_000;
const isBefore = ({ openedAt }: SessionView): boolean => Date.parse(openedAt) < Date.now() - RECENT_MS;

/** The classes of a teacher: those under way first, then those whose register is not taken today. */
export const Classes = () => {
  const { teacher } = useTexts();
  const [making, setMaking] = useState(false);
  const classes = useAll<ClassView>('/api/v1/classes');
  const sessions = useAll<SessionView>('/api/v1/sessions', isBefore);
  const today = useToday();
  const standings = new Map(
    classes.data?.data.map(({ id }) => [id as string, standingOf(id, sessions.data?.data, today)]),
  );
  const rank = (id: string) =>
    ['live', 'open', 'unknown', 'taken'].indexOf(standings.get(id)?.kind ?? 'unknown');
  const how = (kind: Standing['kind']) => [...standings.values()].filter((one) => one.kind === kind).length;
  return (
    <>
      <Head
        title={teacher.title}
        note={
          sessions.data && classes.data?.data.length ? teacher.notTaken(how('open'), how('live')) : undefined
        }
      >
        <Button icon={Plus} onClick={() => setMaking(true)}>
          {teacher.newClass}
        </Button>
      </Head>
      <MissedEverywhere />
      <Asked query={classes}>
        {(items) =>
          items.length === 0 ? (
            <State icon={School} title={teacher.noClasses} note={teacher.noClassesNote}>
              <Button variant="primary" icon={Plus} onClick={() => setMaking(true)}>
                {teacher.newClass}
              </Button>
            </State>
          ) : (
            <Cards>
              {[...items]
                .sort((a, b) => rank(a.id) - rank(b.id) || a.className.localeCompare(b.className))
                .map((one) => (
                  <ClassCard
                    key={one.id}
                    info={one}
                    standing={standings.get(one.id) ?? { kind: 'unknown' }}
                  />
                ))}
            </Cards>
          )
        }
      </Asked>
      {making && <NewClassDialog onClose={() => setMaking(false)} />}
    </>
  );
};
