import { endingCases } from './register-ending.ts';
import { markCases } from './register-marks.ts';
import { modelCases } from './register-model.ts';
import { openingCases } from './register-opening.ts';
import { precedenceCases } from './register-precedence.ts';
import { stormCases } from './register-storm.ts';
import type { Made, Make } from './register-support.ts';
import { viewerCases } from './register-viewers.ts';

/** What every live register must do. `make` gives one on data of its own, `reopen` another one on the same data. */
export const registerContract = (name: string, make: Make): void => {
  describe(`live register: ${name}`, () => {
    let made: Made;
    before(async () => {
      made = await make();
    });
    after(() => made?.close());

    const register = () => made.register;
    openingCases(register);
    markCases(register);
    precedenceCases(register);
    viewerCases(register, make);
    endingCases(register, make);
    stormCases(register);
    modelCases(make);
  });
};
