import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { contentOf, documents } from '../scripts/documents.ts';
import { call, startHub } from './support/hub.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, what = '']) => what);

describe('the documents', () => {
  for (const { path, text } of documents())
    it(`${path} is as the code has it (npm run docs)`, () => {
      expect(contentOf(path)).to.equal(text);
    });

  describe('docs/rules.md', () => {
    const [built = '', planned = ''] = contentOf('docs/rules.md').split('\n## Not built yet\n');
    const rules = found(built, /^- \*\*([A-Z]{2}\d+)\*\* /gm);
    const notBuilt = found(planned, /^- \*\*([A-Z]{2}\d+)\*\* /gm);
    const named = new Set(
      filesBelow('test', '.ts').flatMap((file) =>
        found(readFileSync(join(root, file), 'utf8'), /\[([A-Z]{2}\d+)\]/g),
      ),
    );

    it('has rules, and gives no number twice', () => {
      expect(rules.length).to.be.greaterThan(40);
      const all = [...rules, ...notBuilt];
      expect(all.filter((rule, i) => all.indexOf(rule) !== i)).to.deep.equal([]);
    });

    it('has no built rule without a test of its name', () => {
      expect(rules.filter((rule) => !named.has(rule))).to.deep.equal([]);
    });

    it('has every rule that a test names', () => {
      expect([...named].filter((rule) => ![...rules, ...notBuilt].includes(rule))).to.deep.equal([]);
    });
  });

  it('link to files and headings that are there', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-');
    const pages = ['README.md', 'CONTRIBUTING.md', 'bench/README.md', ...filesBelow('docs', '.md')];
    const broken = pages.flatMap((page) =>
      found(contentOf(page), /\]\((?!https?:)([^)\s]+)\)/g).filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : relative(root, join(root, dirname(page), path));
        if (!existsSync(join(root, target))) return true;
        return (
          anchor !== undefined &&
          !found(contentOf(target), /^#+ (.*)$/gm)
            .map(slug)
            .includes(anchor)
        );
      }),
    );
    expect(pages.length).to.be.greaterThan(8);
    expect(broken).to.deep.equal([]);
  });

  it('the clients of the README run as they stand there', async () => {
    const [before = ''] = contentOf('README.md').split('\n### Ways to check in\n');
    const programs = found(before, /^```js\n(.*?)^```$/gms);
    expect(programs).to.have.length(2);
    const hub = await startHub({ mode: 'embedded' });
    try {
      const { id: classId, teacher, students } = await hub.school.class(1, 'private');
      await call(hub.url, 'POST', '/api/v1/sessions', teacher.token, { classId });
      const [student] = students;
      const names = { URL: hub.url, TOKEN: teacher.token, CLASS: classId, STUDENT: student?.id ?? '' };
      const env = { ...process.env, ...names };
      const said: string[] = [];
      for (const program of programs) {
        const args = ['--input-type=module', '--eval', program];
        const { stdout } = await promisify(execFile)(process.execPath, args, {
          cwd: root,
          env,
          timeout: 45_000,
        });
        said.push(stdout);
      }
      expect(said[0]).to.match(/heard ATTENDANCE_MARKED[\s\S]*status: 'present'/);
      expect(said[1]).to.match(/ACK[\s\S]*status: 'late'[\s\S]*DONE[\s\S]*'Attendance persisted'/);
    } finally {
      await hub.stop();
    }
  });
});
