import { Pool } from 'pg';
import { apply, plan, type DeclaredStreamTable } from '../../src/definitions.ts';
import { fromPg } from '../../src/pg.ts';

// A deployment of its own process, which stops before the statement with the given number and waits there to be killed.
const [url = '', declared = '[]', stopAt = '-1'] = process.argv.slice(2);
const pool = new Pool({ connectionString: url, max: 1 });
const definitions = JSON.parse(declared) as DeclaredStreamTable[];
const executor = fromPg(pool);
let statement = 0;
const todo = await plan(executor, definitions);
await apply(executor, todo, {
  onStatement() {
    if (statement === Number(stopAt)) {
      process.stdout.write('here\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    statement += 1;
  },
});
await pool.end();
process.stdout.write('done\n');
