import { expect, test } from 'vitest';
import { findPlatformPackage } from '../../src/postgres/platform-package.ts';

test('a platform without binaries is named, with those that have some', async () => {
  await expect(findPlatformPackage('sunos-x64')).rejects.toThrow(
    /^There is no embedded PostgreSQL for sunos-x64\. It exists for: darwin-arm64, .*, linux-x64, win32-x64\.$/,
  );
});
