import { HIDDEN_COLUMN_PREFIXES, isPgStreamError } from '@pgstream/core';
import { expect, it } from 'vitest';
import { endOf, type Stage } from '../stage.ts';

export function hidingCases<Native>(stage: Stage<Native>): void {
  const { driver } = stage;

  it('no property of the extension’s, and no row identity, whichever way it reads by', async () => {
    const identities = await rowIdentities(stage);
    expect(identities).toHaveLength(3);
    for (const { call } of driver.reads) {
      // Before the driver or the ORM could have left anything out.
      const said = JSON.stringify(await call(stage.client.native), plainly);
      for (const prefix of HIDDEN_COLUMN_PREFIXES) expect(said).not.toContain(prefix);
      for (const identity of identities) expect(said).not.toContain(identity);
    }
  });

  it('no column of the extension’s in a statement, and none that asks for all, whichever way it reads by', async () => {
    for (const { call } of driver.reads) {
      const before = stage.client.sent.length;
      await call(stage.client.native);
      const statements = stage.client.sent.slice(before);
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        for (const prefix of HIDDEN_COLUMN_PREFIXES) expect(statement).not.toContain(prefix);
        // Inside of it an ORM may ask for all, and take out what was declared: the case above has looked at what it gives.
        expect(statement).not.toMatch(/^\s*select\s+(?:\w+\.|"\w+"\.)?\*/i);
      }
    }
  });

  it.each(HIDDEN_COLUMN_PREFIXES.map((prefix) => `${prefix}row_id`))('%s cannot be declared', async (column) => {
    const error = await endOf(() => driver.declareHidden(column));
    expect(error).toSatisfy((value) => isPgStreamError(value, 'INVALID_NAME'));
    expect((error as Error).message).toContain(column);
  });
}

async function rowIdentities<Native>({ admin }: Stage<Native>): Promise<string[]> {
  const { rows } = await admin.query<{ id: string }>('SELECT __pgs_row_id::text AS id FROM public.order_totals');
  return rows.map(({ id }) => id.replace('-', ''));
}

function plainly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
