const { startEmulator } = require('@pgstream/emulator');

/** One PostgreSQL for the run of Jest; specs find it in DATABASE_URL. */
module.exports = async () => {
  globalThis.emulator = await startEmulator({ scheduler: false });
  process.env.DATABASE_URL = await globalThis.emulator.createDatabase();
};
