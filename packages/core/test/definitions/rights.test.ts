import { testRole } from '@pgstream/harness';
import { Pool } from 'pg';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { plan, type DeclaredStreamTable } from '../../src/definitions.ts';
import { isPgStreamError } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene } from './scene.ts';

const scene = definitionsScene();
const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS };

beforeAll(async () => {
  await scene.admin.query('CREATE SCHEMA hidden; CREATE TABLE hidden.orders (id int)');
  await scene.deploy([totals]);
});

it('a plan by a role without rights names the GRANTs, which are enough where there is nothing to do', async () => {
  const role = await testRole();
  const pool = new Pool({ connectionString: role.url(scene.url), max: 1 });
  onTestFinished(() => pool.end());
  const executor = fromPg(pool);

  const refusal: unknown = await plan(executor, [totals]).catch((error: unknown) => error);
  if (!isPgStreamError(refusal, 'PERMISSION_DENIED')) throw refusal;
  for (const grant of refusal.message.match(/GRANT [^;]+ TO <role>;/g) ?? []) {
    await scene.admin.query(grant.replace('<role>', role.name));
  }
  expect((await plan(executor, [totals])).steps).toStrictEqual([]);

  // What is tried takes rights of which no grant on the extension is one.
  const hidden = { name: 'seen', query: 'SELECT id FROM hidden.orders' };
  await expect(plan(executor, [totals, hidden])).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message: expect.stringMatching(/hidden[^;]* make it as the role that applies it/) as string,
  });
});
