import { lazy } from 'react';
import { Route, Switch } from 'wouter';
import { NotFound } from '../../ui/not-found.tsx';
import { Classes } from './classes.tsx';

// An administrator seldom needs more than one of these at a time.
const Roster = lazy(() => import('./roster.tsx'));
const People = lazy(() => import('./people.tsx'));
const Sections = lazy(() => import('./sections.tsx'));
const Devices = lazy(() => import('./devices.tsx'));
const Import = lazy(() => import('./import.tsx'));
const Sessions = lazy(() => import('./sessions.tsx'));
const OneSession = lazy(() => import('./session.tsx'));
const Records = lazy(() => import('./records.tsx'));
const Review = lazy(() => import('./review.tsx'));

/** Everything that administrators do. */
const Admin = () => (
  <Switch>
    <Route path="/" component={Classes} />
    <Route path="/sign-in" component={Classes} />
    <Route path="/sign-up" component={Classes} />
    <Route path="/admin/classes/:id">{({ id }) => <Roster classId={id} />}</Route>
    <Route path="/admin/people" component={People} />
    <Route path="/admin/sections" component={Sections} />
    <Route path="/admin/devices" component={Devices} />
    <Route path="/admin/import" component={Import} />
    <Route path="/admin/sessions" component={Sessions} />
    <Route path="/admin/sessions/:id">{({ id }) => <OneSession sessionId={id} />}</Route>
    <Route path="/admin/records" component={Records} />
    <Route path="/admin/review" component={Review} />
    <Route component={NotFound} />
  </Switch>
);
export default Admin;
