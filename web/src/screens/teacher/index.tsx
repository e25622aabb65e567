import { useEffect } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import type { ClassDetail } from '../../../../shared/rest/classes.ts';
import { useTexts } from '../../lib/language.ts';
import { live } from '../../lib/live.ts';
import { onRefused } from '../../lib/live-state.ts';
import { readShown } from '../../lib/queries.ts';
import { toast } from '../../ui/feedback.tsx';
import { sentenceOf } from '../../ui/form.tsx';
import { Classes } from './classes.tsx';
import { RecordsPage } from './records/page.tsx';
import { RegisterPage } from './register/page.tsx';
import { SessionsPage } from './sessions.tsx';
import { SettingsPage } from './settings/page.tsx';

/** Tells of each mark that the server will never take, wherever the teacher is by then. */
const useRefusals = () => {
  const { teacher, status } = useTexts();
  useEffect(() => {
    live();
    return onRefused(async ({ mark, fault }) => {
      const known = await readShown<ClassDetail>(`/api/v1/classes/${mark.classId}`).catch(() => undefined);
      const name = known?.data.students.find(({ id }) => id === mark.studentId)?.name;
      toast(teacher.refused(name ?? teacher.unknownName, status[mark.status], sentenceOf(fault)));
    });
  }, [teacher, status]);
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
