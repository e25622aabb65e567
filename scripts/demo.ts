import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compareCounts, compareRecords } from './demo-check.ts';
import { type DemoClass, openClass } from './demo-class.ts';
import { showPicture } from './demo-picture.ts';
import { type FreshServer, readRecords, startFreshServer } from './demo-server.ts';
import { createRest, createSchool } from './school.ts';

const USAGE = `npm run demo [-- --url http://localhost:8000 --classes 3 --students 30 --seconds 10 --rate 12]

A small school of real clients: signs up, takes the register of every class live (a teacher's connection
breaks in the middle), finishes, and compares what the database holds with what was marked.
Without --url, or when nothing answers there, it starts a server of its own. For a server that runs
already the comparison needs its MONGO_URL in the environment; without, only the counts are compared.
`;

const number = (text: string, name: string, least: number): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < least) throw new Error(`--${name} must be a whole number from ${least} on`);
  return n;
};
const answers = (url: string): Promise<boolean> =>
  fetch(new URL('/health', url), { signal: AbortSignal.timeout(3_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
const say = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    classes: { type: 'string', default: '3' },
    students: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '12' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const run = async (): Promise<string[]> => {
  const size = number(values.students, 'students', 1);
  const seconds = number(values.seconds, 'seconds', 1);
  const ratePerSecond = number(values.rate, 'rate', 1);
  const names = Array.from({ length: number(values.classes, 'classes', 1) }, (_, i) => `Class ${i + 1}`);

  let fresh: FreshServer | undefined;
  const classes: DemoClass[] = [];
  const closeClients = () => Promise.all(classes.map((one) => one.close()));
  try {
    if (values.url === undefined || !(await answers(values.url))) {
      if (values.url !== undefined) say(`Nothing answers at ${values.url}.`);
      fresh = await startFreshServer();
      const own = fresh;
      process.once('SIGINT', () => void own.remove().finally(() => process.exit(130)));
      say(`A fresh server at ${fresh.url}: ${fresh.describe}`);
    }
    const url = fresh?.url ?? values.url ?? '';
    const rest = createRest(url);
    const school = createSchool(rest);
    say(`${names.length} classes of ${size}: everybody signs up, logs in and connects …`);
    for (const [i, name] of names.entries())
      classes.push(await openClass({ school, url, name, size, withCoTeacher: i % 2 === 0, ratePerSecond }));

    const picture = showPicture(classes, process.stdout);
    const until = Date.now() + seconds * 1000;
    const marking = Promise.all(classes.map((one) => one.run(until)));
    const unlucky = classes[Math.floor(Math.random() * classes.length)];
    await Promise.race([pause(seconds * 500), marking]);
    unlucky?.breakTeacher();
    await marking;
    const onScreen = (await Promise.all(classes.map((one) => one.agree()))).flat();
    picture.stop();

    await Promise.all(classes.map((one) => one.finish()));
    const marks = classes.reduce((sum, { figures }) => sum + figures.acknowledged, 0);
    say(`Finished; the connection of ${unlucky?.name}'s teacher was broken in the middle.`);

    const sessionIds = classes.map((one) => one.sessionId());
    const mongoUrl = process.env.MONGO_URL;
    const people = `${names.length * size} students, ${marks} marks`;
    if (fresh === undefined && mongoUrl === undefined) {
      const wrong = await Promise.all(
        classes.map(async (one) => await compareCounts(one, rest, await one.teacher.token())),
      );
      if (onScreen.length + wrong.flat().length === 0)
        say(
          `OK: ${people}, the counts of every class as marked. Records were not compared: that needs MONGO_URL.`,
        );
      return [...onScreen, ...wrong.flat()];
    }
    await closeClients();
    await fresh?.stop();
    const held = await readRecords(mongoUrl ? { mongoUrl } : { dataDir: fresh?.dataDir ?? '' }, sessionIds);
    const wrong = classes.flatMap((one, i) => compareRecords(one, held[i] ?? []));
    if (onScreen.length + wrong.length === 0) say(`OK: ${people}, every record as marked`);
    return [...onScreen, ...wrong];
  } finally {
    await closeClients();
    await fresh?.remove();
  }
};

if (values.help) say(USAGE);
else {
  try {
    const wrong = await run();
    for (const line of wrong) say(`WRONG: ${line}`);
    if (wrong.length > 0) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
