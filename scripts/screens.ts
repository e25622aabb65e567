import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { stopEngine } from '../test/support/engine.ts';
import { stopSharedRedis } from '../test/support/hub.ts';
import { SIZES, startWeb } from '../test/support/web.ts';
import { ar } from '../web/src/texts/ar.ts';
import { en } from '../web/src/texts/en.ts';
import { es } from '../web/src/texts/es.ts';
import { everyLook, type Look } from './screens-list.ts';
import { fillRest, fillSchool } from './screens-school.ts';

// Pictures of the screens for the README, into docs/screens/, from a real class on a real hub. `-- --all <folder> [name]
// [language]` takes every screen and dialog (or those whose name has this in it) at every size, light and dark, to look at.

const [flag, given, only = '', language = 'en'] = process.argv.slice(2);
const all = flag === '--all';
const texts = { en, es, ar }[language] ?? en;
const folder = all ? (given ?? 'screens') : fileURLToPath(new URL('../docs/screens', import.meta.url));
mkdirSync(folder, { recursive: true });

const web = await startWeb('embedded');
const school = await fillSchool(web, all);
const { biology, teacher, session } = school;

type Size = keyof typeof SIZES;
type Shot = Look & { sizes: readonly Size[] };
const CHOSEN: Shot[] = [
  {
    name: 'register',
    person: teacher,
    path: `/teach/${biology.id}`,
    sizes: ['wide'],
    ready: 'text=Yusuf Demir',
  },
  { name: 'board', person: teacher, path: `/board/${session.id}`, sizes: ['projector'], ready: 'svg' },
  { name: 'student', person: biology.students[3], path: '/', sizes: ['phone'], ready: 'text=Biology 2b' },
];
const shots: Shot[] = all
  ? everyLook(school, await fillRest(web, school))
      .filter(({ name }) => name.includes(only))
      .map((look) => ({ ...look, sizes: Object.keys(SIZES) as Size[] }))
  : CHOSEN;

const settled = async (page: Page) => {
  await page.waitForLoadState('networkidle');
  await page.evaluate('document.fonts.ready');
};
/** As much of a page as two screens show; a dialog as it stands. */
const clipOf = async (page: Page, { width, height }: { width: number; height: number }) => {
  const tall = await page.evaluate<number>(
    "document.querySelector('dialog[open]') ? 0 : document.documentElement.scrollHeight",
  );
  return {
    fullPage: tall > 0,
    clip: { x: 0, y: 0, width, height: Math.max(height, Math.min(tall, 2 * height)) },
  };
};

for (const { name, person, path, ready, then, sizes } of shots) {
  const [first] = sizes;
  const options = {
    viewport: SIZES[first ?? 'wide'],
    locale: language === 'en' ? 'en-GB' : language,
    colorScheme: 'light',
  } as const;
  const page = person
    ? await web.signedIn(person, path, options)
    : await (await web.context(options)).newPage();
  if (!person) await page.goto(path);
  try {
    await page.locator(ready).first().waitFor();
    await settled(page);
    await then?.(page, texts);
    for (const size of sizes)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(SIZES[size]);
        await page.emulateMedia({ colorScheme });
        await page.evaluate(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
        );
        await page.screenshot({
          path: `${folder}/${name}${all ? `-${size}` : ''}-${colorScheme}.png`,
          ...(all && (await clipOf(page, SIZES[size]))),
        });
      }
  } catch (error) {
    console.log(`${name}: ${String(error).split('\n').slice(0, 4).join(' ')}`);
  }
  await page.context().close();
}
await web.stop();
await stopSharedRedis();
await stopEngine();
