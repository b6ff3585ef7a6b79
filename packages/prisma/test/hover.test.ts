import { dirname, join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it, vi } from 'vitest';

// The compiler reads the whole client.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What an editor has open: a call of each helper. */
const CALLS = {
  isStale: 'prisma.orderTotals.isStale({ maxAgeMs: 1 })',
  lastRefreshAt: 'prisma.orderTotals.lastRefreshAt()',
  stalenessMs: 'prisma.orderTotals.stalenessMs()',
  status: 'prisma.orderTotals.status()',
  refresh: 'prisma.orderTotals.refresh()',
  verify: 'prisma.orderTotals.verify()',
  refreshIfStale: 'prisma.orderTotals.refreshIfStale()',
  waitUntilFresh: 'prisma.orderTotals.waitUntilFresh()',
  refreshAfter: 'prisma.orderTotals.refreshAfter(() => prisma.order.count())',
};
const TEXT = `
import { PrismaClient } from './shop/generated/client/client.ts';
import { streamTables } from './shop/generated/pgstream/index.ts';
const prisma = new PrismaClient({ adapter: null as never }).$extends(streamTables());
${Object.values(CALLS).join(';\n')};
`;

describe('over a helper of an extended client an editor shows', () => {
  const file = join(import.meta.dirname, 'in-the-editor.ts');
  let service: ts.LanguageService;

  beforeAll(() => {
    const path = join(import.meta.dirname, '../tsconfig.json');
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(path, (name) => ts.sys.readFile(name)).config,
      ts.sys,
      dirname(path),
    );
    service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [file],
      getScriptVersion: () => '1',
      getScriptSnapshot: (name) => {
        const text = name === file ? TEXT : ts.sys.readFile(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => dirname(path),
      getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
      fileExists: (name) => name === file || ts.sys.fileExists(name),
      readFile: (name) => (name === file ? TEXT : ts.sys.readFile(name)),
      directoryExists: (name) => ts.sys.directoryExists(name),
      realpath: (name) => ts.sys.realpath?.(name) ?? name,
    });
  });

  it.each([
    ['isStale', /older than it should be.*maxAgeMs.*`null`/s],
    ['lastRefreshAt', /last refresh began.*`null` if it was never refreshed/s],
    ['stalenessMs', /milliseconds.*`null`/s],
    ['status', /catalog/],
    ['verify', /what its query says.*afterRefresh/s],
    ['refresh', /up to date.*SOURCES_BUSY/s],
    ['refreshIfStale', /if it is stale.*cause one refresh/s],
    ['waitUntilFresh', /Waits until.*refreshes nothing.*how stale it still is, and why/s],
    ['refreshAfter', /commits by itself.*the write is committed/s],
  ] as const)('what %s does', (helper, words) => {
    const position = TEXT.indexOf(CALLS[helper]) + 'prisma.orderTotals.'.length;
    const info = service.getQuickInfoAtPosition(file, position);
    expect(ts.displayPartsToString(info?.documentation)).toMatch(words);
  });
});
