import { protectStreamTables } from '@pgstream/typeorm';
import { Client as Connection } from 'pg';
import { DataSource } from 'typeorm';
import type { Client } from '../driver.ts';
import { memoryCache } from './cache.ts';
import { entities, Samples } from './models.ts';
import { withRunner } from './runner.ts';
import { type Native, sessionOf } from './session.ts';
import { familyEntities } from './writes/families.ts';
import { writtenEntities } from './writes/models.ts';
import { treeEntities } from './writes/trees.ts';
import { viewEntities } from './writes/views.ts';

/** A DataSource that knows every model, guarded as the documentation says. */
export async function openClient(url: string): Promise<Client<Native>> {
  const sent: string[] = [];
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [...entities, ...writtenEntities, ...familyEntities, ...treeEntities, ...viewEntities],
    cache: { provider: () => memoryCache() },
    extra: { max: 3, Client: notingConnection(sent) },
  });
  protectStreamTables(dataSource, { entities: [Samples] });
  await dataSource.initialize();
  return {
    ...sessionOf({ dataSource, manager: dataSource.manager }),
    sent,
    leave: (statements) =>
      withRunner(dataSource, async (runner) => {
        for (const statement of statements) await runner.query(statement).catch(() => {});
      }),
    close: () => dataSource.destroy(),
  };
}

/** What `pg` is given to send. */
type Statement = string | { readonly text: string } | { readonly cursor: { readonly text: string } };

/** `pg` reports no statements: each connection notes what it is asked. */
function notingConnection(sent: string[]): typeof Connection {
  return class extends Connection {
    // Its overloads are many.
    override query: Connection['query'] = ((statement: Statement, ...rest: never[]) => {
      sent.push(textOf(statement));
      return (super.query as (...parameters: unknown[]) => unknown)(statement, ...rest);
    }) as never;
  };
}

function textOf(statement: Statement): string {
  if (typeof statement === 'string') return statement;
  return 'cursor' in statement ? statement.cursor.text : statement.text;
}
