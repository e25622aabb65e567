import { Route, Switch } from 'wouter';
import { NotFound } from '../../ui/not-found.tsx';
import { History } from './history.tsx';
import { Home } from './home.tsx';

/** The pages of students; checking in is a page of its own, which those who are not signed in yet may open. */
const Student = () => {
  return (
    <Switch>
      <Route path="/my/:classId">{({ classId }) => <History classId={classId} />}</Route>
      {['/', '/sign-in', '/sign-up'].map((path) => (
        <Route key={path} path={path} component={Home} />
      ))}
      <Route component={NotFound} />
    </Switch>
  );
};
export default Student;
