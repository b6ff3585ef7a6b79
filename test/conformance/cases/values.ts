import { extension, testRole } from '@pgstream/harness';
import { readOnlyRoleSql } from '@pgstream/core';
import { describe, expect, it } from 'vitest';
import type { Client, ConformanceDriver } from '../driver.ts';
import { BIG_JSON, type Sample, SAMPLES } from '../shop/index.ts';
import type { Stage } from '../stage.ts';
import { byName } from './by-name.ts';

export function valueCases<Native>(stage: Stage<Native>): void {
  it.each(byName(SAMPLES))('%s', async (_, sample) => {
    const rows = await stage.client.find('samples', { select: [sample.column], orderBy: ['id'] });
    expect(rows).toEqual(expected(stage.driver, sample));
  });

  it('json with integers beyond 2^53, as exact as the ORM reads it from an ordinary table', async () => {
    const query = { select: ['big_doc'], where: { id: 1 } };
    const rows = await stage.client.find('samples', query);
    expect(rows).toHaveLength(1);
    expect(rows).toEqual(await stage.client.find('plainSamples', query));
  });

  it('json with integers beyond 2^53, every digit, as text', async () => {
    expect(await stage.client.textOfBigDoc()).toBe(BIG_JSON);
  });

  it('everything as the ORM reads it from an ordinary table', async () => {
    const rows = await stage.client.find('samples', { orderBy: ['id'] });
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(await stage.client.find('plainSamples', { orderBy: ['id'] }));
  });

  describe.each([
    ['in a session that is not UTC', valuesIn],
    ['the time of a refresh, in a session that is not UTC', refreshTimeIn],
  ] as const)('%s', (_, inZone) => {
    it.each(['Asia/Kathmandu', 'America/St_Johns'])('%s', async (timeZone) => {
      const role = await testRole();
      await stage.admin.query(readOnlyRoleSql(role.name, ['sample_rows'], { dialect: extension.name }));
      await stage.admin.query(`ALTER ROLE ${role.name} SET TimeZone = '${timeZone}'`);
      const client = await stage.open(role.url(stage.database.url));
      expect(await client.sql(`SELECT current_setting('TimeZone') AS zone`)).toEqual([{ zone: timeZone }]);
      await inZone(client);
    });
  });

  async function valuesIn(client: Client<Native>): Promise<void> {
    for (const sample of SAMPLES.filter(({ kind }) => kind.includes('date') || kind.includes('timestamp'))) {
      const rows = await client.find('samples', { select: [sample.column], orderBy: ['id'] });
      expect(rows).toEqual(expected(stage.driver, sample));
    }
  }

  async function refreshTimeIn(client: Client<Native>): Promise<void> {
    const { rows } = await stage.admin.query<{ ms: string }>(
      `SELECT floor(extract(epoch FROM last_refresh_at) * 1000)::text AS ms FROM pgstream.pgs_stream_tables
       WHERE pgs_schema = 'public' AND pgs_name = 'sample_rows'`,
    );
    expect((await client.helpers('samples').lastRefreshAt())?.getTime()).toBe(Number(rows[0]?.ms));
  }
}

function expected<Native>({ values }: ConformanceDriver<Native>, sample: Sample): object[] {
  const inRow = (text: string | null): unknown => (text === null ? null : values[sample.kind](text));
  return sample.values.map((value) => ({
    [sample.column]: typeof value === 'object' && value !== null ? value.map(inRow) : inRow(value),
  }));
}
