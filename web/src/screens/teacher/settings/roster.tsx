import { UserMinus, UserPlus } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { Student } from '../../../../../shared/rest/people.ts';
import { withQuery } from '../../../lib/api.ts';
import { useLanguage, useTexts } from '../../../lib/language.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { authorized } from '../../../lib/session.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Asked, toast } from '../../../ui/feedback.tsx';
import { sentenceOf, TextField } from '../../../ui/form.tsx';
import styles from './settings.module.css';

/** How many of those found are shown: whoever is not among them is searched for more closely. */
const FOUND = 8;

/** Students of the school by name or code, to be put onto the roster. */
const Adding = ({ info, onAdd }: { info: ClassDetail; onAdd: (student: Student) => Promise<void> }) => {
  const { teacher, common } = useTexts();
  const [query, setQuery] = useState('');
  const asked = useDeferredValue(query.trim());
  const there = new Set(info.students.map(({ id }) => id as string));
  const found = useShown<{ items: Student[] }>(
    asked === '' ? undefined : withQuery('/api/v1/students', { q: asked, limit: FOUND }),
  );
  return (
    <>
      <TextField
        label={teacher.addStudent}
        name="student"
        type="search"
        hint={teacher.addStudentHint}
        autoComplete="off"
        optional
        value={query}
        onChange={({ target }) => setQuery(target.value)}
      />
      {asked !== '' && (
        <Asked query={found}>
          {({ items }) =>
            items.length === 0 ? (
              <p className={styles.note} role="status">
                {teacher.nobodyFound}
              </p>
            ) : (
              <ul className={styles.list}>
                {items.map((student) => (
                  <li key={student.id}>
                    <span>
                      {student.name} <span className={styles.note}>{student.studentCode}</span>
                    </span>
                    {there.has(student.id) ? (
                      <span className={styles.note}>{teacher.isThere}</span>
                    ) : (
                      <Button
                        icon={UserPlus}
                        aria-label={`${common.add}: ${student.name}`}
                        onClick={() => void onAdd(student)}
                      >
                        {common.add}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            )
          }
        </Asked>
      )}
    </>
  );
};

/** Who is in the class. A change reaches the live register at once. */
export const Roster = ({ info }: { info: ClassDetail }) => {
  const { teacher, common } = useTexts();
  const language = useLanguage();
  const path = `/api/v1/classes/${info.id}/students`;
  const change = async (work: () => Promise<unknown>, said: string) => {
    try {
      await work();
      await refresh('/api/v1/classes');
      toast(said);
    } catch (error) {
      toast(sentenceOf(error));
    }
  };
  const { compare } = new Intl.Collator(language, { numeric: true });
  return (
    <Card>
      <h2>
        {teacher.roster} <span className={styles.note}>{common.students(info.students.length)}</span>
      </h2>
      <Adding
        info={info}
        onAdd={({ id, name }) =>
          change(() => authorized('POST', path, { body: { studentId: id } }), teacher.added(name))
        }
      />
      {info.students.length === 0 ? (
        <p className={styles.note}>{teacher.emptyRoster}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <ul className={styles.list} tabIndex={0} aria-label={teacher.roster}>
          {[...info.students]
            .sort((a, b) => compare(a.name, b.name))
            .map(({ id, name, studentCode }) => (
              <li key={id}>
                <span>
                  {name} <span className={styles.note}>{studentCode}</span>
                </span>
                <IconButton
                  icon={UserMinus}
                  label={`${common.remove}: ${name}`}
                  onClick={() =>
                    void change(() => authorized('DELETE', `${path}/${id}`), teacher.removed(name))
                  }
                />
              </li>
            ))}
        </ul>
      )}
    </Card>
  );
};
