import './base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLanguage } from './lib/language.ts';
import { session } from './lib/session.ts';
import { startTheme } from './lib/theme.ts';

startTheme();
void session.start();
await startLanguage();

const root = document.getElementById('app');
if (!root) throw new Error('the page has no place for the app');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
// Without one (plain HTTP on another machine than this) the app works, but not offline.
if (import.meta.env.PROD) navigator.serviceWorker?.register('/sw.js').catch(() => {});
