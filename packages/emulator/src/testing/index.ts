export { createTestDatabase, type TestDatabase } from './database.ts';
export type { EmulatorSetupOptions } from './options.ts';
export { startTestServer, type RunningTestServer, type TestServer } from './server.ts';
