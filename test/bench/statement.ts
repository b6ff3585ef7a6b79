import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DeclaredTables, refusedWrites, TableNames, writeTargets } from '@pgstream/core/statement';
import { loadModule } from 'libpg-query';
import type { Client } from 'pg';

import { CASES, OVERSTATED, said, UNSEEN } from '../../packages/core/test/statement/cases/index.ts';
import { median, shuffled } from './interleaved.ts';
import { targetsByParser } from './libpg-query.ts';

const names = new TableNames<{ schema: string; name: string }>();
names.set({ schema: 'public', name: 'order_totals' }, { schema: 'public', name: 'order_totals' });
const streamTables = new DeclaredTables(names, ['public']);

const columns = Array.from({ length: 20 }, (_, n) => `"orders"."some_column_${n}"`).join(', ');
/** Both of 1,000 characters, as ORMs make them. */
const READ =
  `select ${columns} from "orders" inner join "customers" on "customers"."id" = "orders"."customer_id" where "orders"."at" > $1`
    .padEnd(1_000, ' and "orders"."amount" > 0')
    .slice(0, 996);
const WRITE =
  `insert into "orders" (${columns.replaceAll('"orders".', '')}) values (${columns.replaceAll(/"[^,]+/g, '$1')})`
    .padEnd(1_000, ', ($1, $1, $1, $1, $1, $1, $1, $1, $1, $1, $1, $1, $1, $1, $1, $1)')
    .slice(0, 996);

/** What a look at a statement takes. */
export interface Look {
  readonly name: string;
  readonly microseconds: number;
  /** To a `SELECT 1` over loopback, on the same connection and between the looks. */
  readonly toSelect: number;
  readonly rounds: number;
}

const MANY = 500;

/** The text as another string. */
function anew(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function ours(text: string): unknown {
  return refusedWrites(text, streamTables);
}

/** Looks at texts of 1,000 characters, new ones and known ones: as another string each time, as an ORM makes them. */
export async function measureLooks(client: Client, rounds: number): Promise<Look[]> {
  await loadModule();
  let serial = 0;
  const other = (text: string): string => anew(`${text} --${(serial += 1)}`);
  const cases = [
    { name: 'a text that reads, new', make: () => other(READ), look: ours },
    { name: 'a text that reads, known', make: () => anew(READ), look: ours },
    { name: 'a text that writes, new', make: () => other(WRITE), look: ours },
    { name: 'a text that writes, known', make: () => anew(WRITE), look: ours },
    { name: 'libpg-query, a text that reads', make: () => other(READ), look: targetsByParser },
    { name: 'libpg-query, a text that writes', make: () => other(WRITE), look: targetsByParser },
  ];
  const taken = new Map(cases.map((one) => [one, [] as number[]]));
  const selects: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const one of shuffled(cases)) {
      const texts = Array.from({ length: one.look === ours ? MANY : MANY / 50 }, one.make);
      const start = performance.now();
      for (const text of texts) one.look(text);
      taken.get(one)?.push(((performance.now() - start) * 1_000) / texts.length);
    }
    for (let times = 0; times < 20; times += 1) {
      const start = performance.now();
      await client.query('SELECT 1');
      selects.push((performance.now() - start) * 1_000);
    }
  }
  const select = median(selects);
  return [
    { name: 'SELECT 1 over loopback', microseconds: select, toSelect: 1, rounds },
    ...cases.map((one) => {
      const microseconds = median(taken.get(one)!);
      return { name: one.name, microseconds, toSelect: microseconds / select, rounds };
    }),
  ];
}

/** How much more memory the process holds after it has looked at many different texts, in megabytes. */
export function measureMemory(): readonly { readonly name: string; readonly megabytes: number }[] {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1_000_000;
  };
  const before = held();
  let texts = 0;
  return [1_000, 100_000, 1_000_000].map((until) => {
    for (; texts < until; texts += 1) {
      const text = texts % 2 === 0 ? READ : WRITE;
      const at = (texts * 37) % text.length;
      refusedWrites(`${text.slice(0, at)}${texts}${text.slice(at)}`, streamTables);
    }
    return { name: `${texts} texts`, megabytes: held() - before };
  });
}

/** Node with an import, or with what makes the parser ready, beside Node with neither; milliseconds. */
export async function measureStart(rounds: number): Promise<readonly { readonly name: string; readonly ms: number }[]> {
  const programs = {
    'node alone': '0',
    '@pgstream/core/statement': "await import('@pgstream/core/statement')",
    'libpg-query': "await (await import('libpg-query')).loadModule()",
  };
  const taken = new Map(Object.keys(programs).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, program] of shuffled(Object.entries(programs))) {
      const start = performance.now();
      const options = { cwd: import.meta.dirname };
      await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], options);
      taken.get(name)?.push(performance.now() - start);
    }
  }
  return [...taken].map(([name, all]) => ({ name, ms: median(all) }));
}

/** What each says of the cases that PostgreSQL has answered. */
export interface Seen {
  readonly name: string;
  readonly cases: number;
  readonly reader: number;
  readonly parser: number;
}

/** Of how many cases each says what PostgreSQL does, by the tables in the text, in any order. */
export async function compareSeen(): Promise<Seen[]> {
  await loadModule();
  const subjects = [
    ...CASES,
    { subject: 'what no text says', cases: UNSEEN.map(([sql, , run]) => [sql, [], run] as const) },
    { subject: 'what only the server knows not to run', cases: OVERSTATED },
  ];
  return subjects.map(({ subject, cases }) => {
    return {
      name: subject,
      cases: cases.length,
      reader: cases.filter(([sql, writes]) => right(writes, writeTargets(sql))).length,
      parser: cases.filter(([sql, writes]) => right(writes, targetsByParser(sql))).length,
    };
  });
}

function right(writes: readonly string[], targets: ReturnType<typeof targetsByParser>): boolean {
  return targets !== undefined && targets.map(said).toSorted().join() === writes.toSorted().join();
}
