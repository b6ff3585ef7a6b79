import type { Client as Connection } from 'pg';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  type RunnerTask,
  type RunnerTestSuite,
} from 'vitest';
import { bypassCases } from './cases/bypasses.ts';
import { helperCases } from './cases/helpers.ts';
import { hidingCases } from './cases/hiding.ts';
import { nameCases } from './cases/names.ts';
import { readCases } from './cases/reads.ts';
import { refusalCases } from './cases/refusals.ts';
import { rightsCases } from './cases/rights.ts';
import { textCases } from './cases/texts.ts';
import { transactionCases } from './cases/transactions.ts';
import { valueCases } from './cases/values.ts';
import { writeCases } from './cases/writes.ts';
import type { Client, ConformanceDriver } from './driver.ts';
import { shopDatabase } from './shop/index.ts';
import { caseOf } from './report/index.ts';
import type { Stage } from './stage.ts';

const SECTIONS: readonly (readonly [section: string, casesOn: <Native>(stage: Stage<Native>) => void])[] = [
  ['reads', readCases],
  ['values', valueCases],
  ['hiding', hidingCases],
  ['names and schemas', nameCases],
  ['writes', writeCases],
  ['SQL text', textCases],
  ['what only the database can refuse', bypassCases],
  ['helpers', helperCases],
  ['refusals', refusalCases],
  ['transactions', transactionCases],
  ['rights', rightsCases],
];

/**
 * Every case of the suite, for one ORM over one database driver: to be called once, at the top level of a test file.
 * The table at the end of the run has a column for it.
 */
export function conformance<Native>(driver: ConformanceDriver<Native>): void {
  const database = shopDatabase();
  let client: Client<Native>;
  let admin: Connection;

  const stage: Stage<Native> = {
    driver,
    database,
    get client() {
      return client;
    },
    get admin() {
      return admin;
    },
    async open(url) {
      const opened = await driver.open(url);
      onTestFinished(() => opened.close());
      return opened;
    },
  };

  describe(`${driver.orm}, ${driver.over}`, () => {
    beforeAll(async () => {
      admin = await database.connect();
      client = await driver.open(database.url);
    });
    afterAll(() => client.close());

    beforeEach(({ task, skip }) => {
      const reason = driver.cannot[caseOf(pathOf(task)).id];
      if (reason !== undefined) skip(reason);
    });

    describe.each(SECTIONS)('%s', (_section, casesOn) => {
      casesOn(stage);
    });

    describe('the driver', () => {
      // A case whose name has changed must not turn a reason into nothing.
      it('gives reasons only for cases that there are', ({ task }) => {
        const ids = new Set(testsOf(task.file).map((test) => caseOf(pathOf(test)).id));
        expect(Object.keys(driver.cannot).filter((id) => !ids.has(id))).toEqual([]);
      });
    });
  });
}

function pathOf(task: RunnerTask): string[] {
  return [...(task.suite ? pathOf(task.suite) : []), task.name];
}

function testsOf(suite: RunnerTestSuite): RunnerTask[] {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]));
}
