import { explainWriteError } from '@pgstream/core';
import { refusedDefinition } from '@pgstream/core/statement';
import { type DataSource, InstanceChecker, type QueryRunner, type Table } from 'typeorm';
import type { AskingRunners } from './asking.ts';
import { refuseToDropStreamTables, schemasToClear } from './drop-schemas.ts';
import { OwnMethods, type Wrapper } from './layer.ts';
import type { StatementGuard } from './statements.ts';
import type { StreamEntities } from './stream-entities.ts';

/** What a guard has of its DataSource, as it is now. */
export interface Guarding {
  readonly streams: () => StreamEntities;
  readonly statements: () => StatementGuard;
  readonly asking: AskingRunners;
}

/**
 * What makes query runners refuse in time what TypeORM does by more than one statement: before the first of them is sent, and
 * before it reads anything where it would drop something.
 */
export function refusingRunners(
  { driver }: DataSource,
  { streams, statements, asking }: Guarding,
): OwnMethods<QueryRunner> {
  const refuse =
    (operation: string): Wrapper<QueryRunner> =>
    (original) =>
      async function refuseDefinition(table, ...rest) {
        const { schema, tableName } = driver.parseTableName(table as Table | string);
        const stream = streams().table({ schema, name: tableName });
        if (stream && (await asking.counts(this, stream))) throw refusedDefinition(stream, operation);
        return await original.call(this, table, ...rest);
      };
  const wrappers = new Map<string, Wrapper<QueryRunner>>();
  // A write that only the server could see to be one to a stream table, or whose change could not be captured.
  wrappers.set(
    'query',
    (original) =>
      async function explainRefusal(...args) {
        try {
          return await original.apply(this, args);
        } catch (error) {
          throw explainWriteError(error, { operation: 'query' }) ?? error;
        }
      },
  );
  wrappers.set('dropTable', refuse('drop table'));
  wrappers.set('dropColumn', refuse('alter table'));
  wrappers.set(
    'executeQueries',
    (original) =>
      async function checkTogether(up, ...rest) {
        if (!(this as { sqlMemoryMode?: boolean }).sqlMemoryMode) {
          const texts = [up].flat().flatMap((each) => (InstanceChecker.isQuery(each) ? [each.query] : []));
          await asking.ask(this, texts);
          for (const text of texts) statements().check(text, this);
        }
        return await original.call(this, up, ...rest);
      },
  );
  wrappers.set(
    'clearDatabase',
    (original) =>
      async function clearUnlessStreaming(...args) {
        await refuseToDropStreamTables(this, await schemasToClear(this), 'dropDatabase');
        return await asking.run(this, async () => await original.apply(this, args));
      },
  );
  wrappers.set(
    'dropSchema',
    (original) =>
      async function dropUnlessStreaming(path, ifExists, isCascade, ...rest) {
        const drop = async (): Promise<unknown> => await original.call(this, path, ifExists, isCascade, ...rest);
        // Without CASCADE PostgreSQL drops none that has anything in it.
        if (!isCascade) return await drop();
        const schema = String(path).split('.').at(-1)!;
        await refuseToDropStreamTables(this, new Set([schema]), 'dropSchema');
        return await asking.run(this, drop);
      },
  );
  return new OwnMethods(wrappers);
}
