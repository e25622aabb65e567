import { useEffect } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import type { Refused } from '../../../../shared/client/index.ts';
import type { ClassDetail } from '../../../../shared/rest/classes.ts';
import type { Student } from '../../../../shared/rest/people.ts';
import { useTexts } from '../../lib/language.ts';
import { live } from '../../lib/live.ts';
import { onRefused } from '../../lib/live-state.ts';
import { queryClient, readShown, type Shown } from '../../lib/queries.ts';
import { toast } from '../../ui/feedback.tsx';
import { sentenceOf } from '../../ui/form.tsx';
import { Classes } from './classes.tsx';
import { RecordsPage } from './records/page.tsx';
import { RegisterPage } from './register/page.tsx';
import { SessionsPage } from './sessions.tsx';
import { SettingsPage } from './settings/page.tsx';

/** A student's name as the class's page has it, else as the school has it: the student may have left the class. */
const nameOf = async (classId: string, studentId: string): Promise<string | undefined> => {
  const shown = queryClient.getQueryData<Shown<ClassDetail>>([`/api/v1/classes/${classId}`]);
  const known = shown?.data.students.find(({ id }) => id === studentId)?.name;
  if (known !== undefined) return known;
  const asked = await readShown<Student>(`/api/v1/students/${studentId}`).catch(() => undefined);
  return asked?.data.name;
};

/** Refusals that come within this time, in ms, are told as one: a register that was over refuses all that waited. */
const GATHER_MS = 400;

/**
 * Tells of marks that the server will never take, wherever the teacher is by then. This passes; what is to become of them
 * is asked where the class is shown.
 */
const useRefusals = () => {
  const { teacher, status } = useTexts();
  const [, go] = useLocation();
  useEffect(() => {
    live();
    let come: Refused[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = async () => {
      const [all, last] = [come, come.at(-1)];
      come = [];
      timer = undefined;
      if (!last) return;
      const { mark, fault } = last;
      const students = new Set(all.map((one) => `${one.mark.classId} ${one.mark.studentId}`));
      if (students.size > 1)
        return toast(teacher.missed.title(students.size), {
          text: teacher.missed.look,
          run: () => go(`/teach/${mark.classId}`),
        });
      const name = await nameOf(mark.classId, mark.studentId);
      toast(teacher.refused(name ?? teacher.unknownName, status[mark.status], sentenceOf(fault)));
    };
    const stop = onRefused((one) => {
      come.push(one);
      timer ??= setTimeout(() => void tell(), GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [teacher, status, go]);
};

const Teacher = () => {
  useRefusals();
  return (
    <Switch>
      <Route path="/teach/:classId/sessions/:sessionId">
        {({ classId, sessionId }) => <RecordsPage classId={classId} sessionId={sessionId} />}
      </Route>
      <Route path="/teach/:classId/sessions">{({ classId }) => <SessionsPage classId={classId} />}</Route>
      <Route path="/teach/:classId/settings">{({ classId }) => <SettingsPage classId={classId} />}</Route>
      <Route path="/teach/:classId">
        {({ classId }) => <RegisterPage key={classId} classId={classId} />}
      </Route>
      <Route path="/" component={Classes} />
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
};
export default Teacher;
