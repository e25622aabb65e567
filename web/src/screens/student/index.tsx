import { SearchX } from 'lucide-react';
import { Route, Switch } from 'wouter';
import { useTexts } from '../../lib/language.ts';
import { State } from '../../ui/feedback.tsx';
import { History } from './history.tsx';
import { Home } from './home.tsx';

/** The pages of students; checking in is a page of its own, which those who are not signed in yet may open. */
const Student = () => {
  const { state } = useTexts();
  return (
    <Switch>
      <Route path="/my/:classId">{({ classId }) => <History classId={classId} />}</Route>
      {['/', '/sign-in', '/sign-up'].map((path) => (
        <Route key={path} path={path} component={Home} />
      ))}
      <Route>
        <State icon={SearchX} title={state.notFound} note={state.notFoundNote} />
      </Route>
    </Switch>
  );
};
export default Student;
