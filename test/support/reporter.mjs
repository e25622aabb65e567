import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

const { EVENT_RUN_END } = mocha.Runner.constants;

/** The spec reporter, with a closing line that says in one form how it went; MOCHA_SUMMARY names a file for it too. */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      const line = `${passes} passed, ${failures} failed`;
      console.log(line);
      if (process.env.MOCHA_SUMMARY) writeFileSync(process.env.MOCHA_SUMMARY, `${line}\n`);
    });
  }
}
