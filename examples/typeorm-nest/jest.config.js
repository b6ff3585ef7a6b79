// As `nest new` has it, but for globals: specs import from @jest/globals.
module.exports = {
  testMatch: ['<rootDir>/test/jest/*.spec.ts'],
  transform: { '\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.build.json' }] },
  testEnvironment: 'node',
  globalSetup: './test/jest/start-database.js',
  globalTeardown: './test/jest/stop-database.js',
};
