const { extensionNamed, startEmulator } = require('@pgstream/emulator');

/** One PostgreSQL for the run of Jest; specs find it in DATABASE_URL. */
module.exports = async () => {
  globalThis.emulator = await startEmulator({
    scheduler: false,
    ...extensionNamed(process.env.PGSTREAM_TEST_EXTENSION),
  });
  process.env.DATABASE_URL = await globalThis.emulator.createDatabase();
};
