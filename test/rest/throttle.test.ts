import { expect } from 'chai';
import { startApp } from '../support/app.ts';
import { type Answer, ask, logIn, newPerson } from '../support/http.ts';

describe('REST: how often', () => {
  describe('[security 4] guessing passwords', () => {
    const guess = (base: string, email: string, from?: string) =>
      ask(base, 'POST /login', {
        body: { email, password: 'a wrong one' },
        headers: from === undefined ? {} : { 'X-Forwarded-For': from },
      });
    const count = (answers: Answer[], status: number) =>
      answers.filter((one) => one.status === status).length;

    it('[AC4] is throttled per account and address, says for how long, and keeps nobody else out', async () => {
      const own = await startApp();
      try {
        const eve = await newPerson(own.url, 'student');
        const sam = await newPerson(own.url, 'student');
        const answers = await Promise.all(Array.from({ length: 50 }, () => guess(own.url, eve.email)));
        expect([count(answers, 400), count(answers, 429)], 'all at once').to.deep.equal([20, 30]);
        const last = await guess(own.url, eve.email);
        expect([last.status, last.body.code]).to.deep.equal([429, 'RATE_LIMITED']);
        expect(Number(last.headers.get('retry-after'))).to.be.within(1, 300);
        await logIn(own.url, sam);
        const me = await ask(own.url, 'GET /me', { token: eve.token });
        expect(me.status, 'who is logged in stays so').to.equal(200);

        const unknown = await Promise.all(Array.from({ length: 25 }, () => guess(own.url, 'no@school.test')));
        expect([count(unknown, 400), count(unknown, 429)], 'an unknown address alike').to.deep.equal([20, 5]);
      } finally {
        await own.close();
      }
    });

    it('[AC4] does not count right passwords', async () => {
      const own = await startApp();
      try {
        const sam = await newPerson(own.url, 'student');
        for (let i = 0; i < 30; i++) await logIn(own.url, sam);
      } finally {
        await own.close();
      }
    });

    it('[AC4] from everywhere is throttled too, without locking out who has logged in before', async () => {
      const own = await startApp({ env: { TRUST_PROXY: '1', LIMIT_SCALE: '0.2' } });
      try {
        const tag = { name: 'Eve', email: 'eve@school.test', password: 'a right one', role: 'student' };
        await ask(own.url, 'POST /signup', { body: tag });
        const login = (from: string) =>
          ask(own.url, 'POST /login', {
            body: { email: tag.email, password: tag.password },
            headers: { 'X-Forwarded-For': from },
          });
        expect((await login('192.0.2.1')).status).to.equal(200);
        const answers = await Promise.all(
          Array.from({ length: 24 }, (_, i) => guess(own.url, tag.email, `198.51.100.${i}`)),
        );
        expect([count(answers, 400), count(answers, 429)]).to.deep.equal([20, 4]);
        expect((await login('203.0.113.9')).status, 'a new address waits').to.equal(429);
        expect((await login('192.0.2.1')).status, 'a known one does not').to.equal(200);
      } finally {
        await own.close();
      }
    });

    it('[security 11] is not helped by X-Forwarded-For, unless the proxy is trusted', async () => {
      const own = await startApp({ env: { LIMIT_SCALE: '0.1' } });
      try {
        const answers = await Promise.all(
          Array.from({ length: 6 }, (_, i) => guess(own.url, 'no@school.test', `198.51.100.${i}`)),
        );
        expect([count(answers, 400), count(answers, 429)]).to.deep.equal([2, 4]);
      } finally {
        await own.close();
      }
    });
  });

  it('a declared limit answers 429 with Retry-After, per account', async () => {
    const own = await startApp({ env: { LIMIT_SCALE: '0.025' } });
    try {
      const sam = await newPerson(own.url, 'student');
      const sue = await newPerson(own.url, 'student');
      const ticket = (token: string) => ask(own.url, 'POST /api/v1/auth/ws-ticket', { token });
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push(await ticket(sam.token));
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 429]);
      expect(Number(answers[3]?.headers.get('retry-after'))).to.be.within(1, 60);
      expect((await ticket(sue.token)).status).to.equal(200);
    } finally {
      await own.close();
    }
  });
});
