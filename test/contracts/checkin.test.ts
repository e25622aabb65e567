import { type CheckInHub, startCheckInHub } from '../support/check-in.ts';
import { MODES } from '../support/hub.ts';
import { checkInContract } from './checkin.ts';

for (const mode of MODES)
  describe(`ways to check in (${mode})`, () => {
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode, { PORT: '8000' });
    });
    after(() => hub?.stop());
    checkInContract(() => hub);
  });
