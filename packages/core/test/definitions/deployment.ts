import { Pool } from 'pg';
import { apply, plan, type DeclaredStreamTable } from '../../src/definitions.ts';
import { fromPg } from '../../src/pg.ts';

// A deployment of its own process, which can be killed.
const [url = '', declared = '[]'] = process.argv.slice(2);
const pool = new Pool({ connectionString: url, max: 1 });
const executor = fromPg(pool);
await apply(executor, await plan(executor, JSON.parse(declared) as DeclaredStreamTable[], { orphans: 'drop' }));
await pool.end();
