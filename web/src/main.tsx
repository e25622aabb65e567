import './base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLanguage, wholeLanguage } from './lib/language.ts';
import { session } from './lib/session.ts';
import { startTheme } from './lib/theme.ts';
import { startWorker } from './lib/worker.ts';
import { scan, startScan } from './screens/student/scan.ts';

startTheme();
startScan();
void session.start();
await startLanguage();
// What is said of a scan that is kept is not among the first words.
if (scan.get().status !== 'none') await wholeLanguage().catch(() => {});

const root = document.getElementById('app');
if (!root) throw new Error('the page has no place for the app');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
if (import.meta.env.PROD) void startWorker();
