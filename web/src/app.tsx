import { CloudOff, Lock, TriangleAlert } from 'lucide-react';
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Route, Switch } from 'wouter';
import type { Role } from '../../shared/status.ts';
import { textsNow, useTexts, wholeLanguage } from './lib/language.ts';
import { useValue } from './lib/observable.ts';
import { session } from './lib/session.ts';
import { SignIn } from './screens/sign-in.tsx';
import { SignUp } from './screens/sign-up.tsx';
import { Button } from './ui/button.tsx';
import { Loading, State, Toasts } from './ui/feedback.tsx';
import { Frame } from './ui/frame.tsx';
import { NotFound } from './ui/not-found.tsx';

const loadQueries = () => import('./lib/with-queries.tsx');
const WithQueries = lazy(loadQueries);
/** Each kind of user loads their own screens only, and with them the words that the first page does without. */
const screen = (load: () => Promise<{ default: ComponentType }>) =>
  lazy(async () => {
    const [made] = await Promise.all([load(), wholeLanguage()]);
    return made;
  });
const Account = screen(() => import('./screens/account.tsx'));
const Teacher = screen(() => import('./screens/teacher/index.tsx'));
const Student = screen(() => import('./screens/student/index.tsx'));
const Admin = screen(() => import('./screens/admin/index.tsx'));
const Board = screen(() => import('./screens/board/index.tsx'));
const CheckIn = screen(() => import('./screens/student/check-in.tsx'));
const Claim = screen(() => import('./screens/claim.tsx'));
const Analytics = screen(() => import('./screens/analytics/index.tsx'));

/** Catches what a page could not draw: the rest of the app stays, and nothing that was acknowledged is touched. */
class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError = () => ({ broken: true });
  override render() {
    const { state } = textsNow();
    if (!this.state.broken) return this.props.children;
    return (
      <State page icon={TriangleAlert} title={state.broken} note={state.brokenNote}>
        <Button variant="primary" onClick={() => location.reload()}>
          {state.reload}
        </Button>
      </State>
    );
  }
}

const NoRights = () => {
  const { state } = useTexts();
  return <State page icon={Lock} title={state.noRights} note={state.noRightsNote} />;
};

/** How often a browser that nobody was signed in at before asks again while the server is away, in ms. */
const AGAIN_MS = 5_000;

const Unreachable = () => {
  const { state, common } = useTexts();
  useEffect(() => {
    const timer = setInterval(() => void session.start(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <State page icon={CloudOff} title={state.unreachable} note={state.unreachableNote}>
      <Button onClick={() => void session.start()}>{common.retry}</Button>
    </State>
  );
};

const HOMES: Record<Role, ReactNode> = {
  teacher: <Teacher />,
  admin: <Admin />,
  student: <Student />,
  device: <NotFound />,
};

/** The addresses of those who are signed in. */
const PRIVATE = /^\/(?:$|(?:sign-in|account|analytics|teach|my|board|admin)(?:\/|$))/;

/** The pages of somebody who is signed in. */
const Inside = ({ role }: { role: Role }) => (
  <Switch>
    <Route path="/account" component={Account} />
    <Route path="/analytics/*?">{role === 'student' ? <NotFound /> : <Analytics />}</Route>
    <Route path="/board/:id">{role === 'student' ? <NotFound /> : <Board />}</Route>
    <Route path="/check-in" component={CheckIn} />
    <Route path="/teach/*">{role === 'student' ? <NotFound /> : <Teacher />}</Route>
    <Route path="/admin/*">{role === 'admin' ? <Admin /> : <NoRights />}</Route>
    <Route path="/sign-in">{HOMES[role]}</Route>
    <Route path="/sign-up">{HOMES[role]}</Route>
    <Route path={PRIVATE}>{HOMES[role]}</Route>
    <Route component={NotFound} />
  </Switch>
);

const Pages = () => {
  const now = useValue(session.state);
  if (now.status === 'starting') {
    // Somebody was signed in here: what their pages need can come while the server is asked.
    void loadQueries().catch(() => {});
    return <Loading />;
  }
  if (now.status === 'unreachable') return <Unreachable />;
  return (
    <Switch>
      <Route path="/claim" component={Claim} />
      <Route path="/new-password" component={Claim} />
      {now.status === 'in' && (
        <WithQueries>
          <Inside key={now.user.id} role={now.user.role} />
        </WithQueries>
      )}
      <Route path="/check-in">
        <WithQueries>
          <CheckIn />
        </WithQueries>
      </Route>
      <Route path="/sign-up" component={SignUp} />
      {/* Whoever comes to a page that exists signs in and goes on there; any other is missing for them, too. */}
      <Route path={PRIVATE} component={SignIn} />
      <Route component={NotFound} />
    </Switch>
  );
};

export const App = () => (
  <>
    <Frame>
      <Guard>
        <Suspense fallback={<Loading />}>
          <Pages />
        </Suspense>
      </Guard>
    </Frame>
    <Toasts />
  </>
);
