import type { TextPath } from '../driver.ts';
import { OrderTotals } from './models.ts';
import { withRunner } from './runner.ts';
import type { Native } from './session.ts';
import { type InSomeVersions, isIn, type Version } from './version.ts';

/** Whatever takes a text and may take an object in its place. */
export const QUERIES: readonly TextPath<Native>[] = [
  { name: 'dataSource.query()', send: ({ dataSource }, text) => dataSource.query(text) },
  { name: 'manager.query()', send: ({ manager }, text) => manager.query(text) },
  {
    name: 'repository.query()',
    send: ({ manager }, text) => manager.getRepository(OrderTotals).query(text),
  },
  { name: 'query() in a transaction', send: ({ manager }, text) => manager.transaction((inner) => inner.query(text)) },
  {
    name: 'queryRunner.query()',
    send: ({ dataSource }, text) => withRunner(dataSource, (runner) => runner.query(text)),
  },
];

/** Those that have come with a version. */
const OTHERS: readonly (TextPath<Native> & InSomeVersions)[] = [
  {
    name: 'queryRunner.query() with a structured result',
    send: ({ dataSource }, text) => withRunner(dataSource, (runner) => runner.query(text, [], true)),
  },
  {
    name: 'queryRunner.stream()',
    send: ({ dataSource }, text) =>
      withRunner(dataSource, async (runner) => {
        for await (const row of await runner.stream(text)) void row;
      }),
  },
  { name: 'dataSource.sql``', since: '0.3.31', send: ({ dataSource }, text) => dataSource.sql(asTemplate(text)) },
  { name: 'manager.sql``', since: '0.3.31', send: ({ manager }, text) => manager.sql(asTemplate(text)) },
  {
    name: 'repository.sql``',
    since: '0.3.31',
    send: ({ manager }, text) => manager.getRepository(OrderTotals).sql(asTemplate(text)),
  },
];

/** Every way in which a version sends a text. */
export function textsOf(version: Version): readonly TextPath<Native>[] {
  return [...QUERIES, ...OTHERS.filter((path) => isIn(version, path))];
}

function asTemplate(text: string): TemplateStringsArray {
  return Object.assign([text], { raw: [text] });
}
