// Four versions of declarations, and what must hold after each, whichever tool has run the migrations.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extensionNamed, startEmulator } from '@pgstream/emulator';
import pg from 'pg';

const CLI = join(import.meta.dirname, '../../../packages/cli/dist/cli.mjs');
const EXTENSIONS = ['pg_stream', 'pg_trickle', 'pg_trickle@0.67'];

const run = promisify(execFile);

/** A query with all that tools take for theirs: ends of statements, quotes, placeholders, words of theirs in comments. */
const ODD = [
  "SELECT id, amount, -- a comment; it's kept",
  "  'a;\nb' AS semicolon, $q$ it's \\ ; $q$ AS dollars, '\\' AS backslash, '${x} #{y}' AS placeholder, /* ; ' */",
  "  E'\\'\\\\' AS escaped, 'a\n--rollback b\n--changeset c:1\n--comment d\n/\nGO\n' AS lines, 'a\r\nb' AS line_end, '\n\n  a  \n\tb\t\n' AS blanks",
  '-- rollback of refunds: not counted',
  '-- comment: nor are these',
  '--changeset a:b',
  '/* liquibase rollback',
  '*/',
  '',
  'FROM public.orders',
].join('\n');

const totals = (sum) => `SELECT customer_id, ${sum} AS total, count(*) AS n FROM public.orders GROUP BY customer_id`;

const odd = { name: 'odd', query: ODD, comment: "What is; odd: 'q' ${z} \\" };
const orderTotals = { name: 'order_totals', query: totals('sum(amount)'), schedule: '5m' };
const changed = { ...orderTotals, query: totals('sum(amount + 1)') };
const best = { name: 'best', query: 'SELECT customer_id, total FROM public.order_totals WHERE total > 5' };

/** What is declared after each version, and what somebody adds by hand before it. */
const VERSIONS = [
  { version: '2', declared: [odd, orderTotals] },
  {
    version: '4',
    declared: [odd, changed],
    before: {
      up: `CREATE VIEW public.report AS SELECT customer_id, total, E'\\x24{v}\\n\\x2d-rollback w' AS odd FROM public.order_totals;
CREATE INDEX order_totals_total ON public.order_totals (total);
GRANT SELECT ON public.order_totals, public.report TO pg_read_all_stats;
COMMENT ON VIEW public.report IS 'For the board';`,
      down: 'DROP VIEW public.report;\nDROP INDEX public.order_totals_total;\nREVOKE SELECT ON public.order_totals FROM pg_read_all_stats;',
    },
  },
  { version: '6', declared: [odd, changed, best] },
  { version: '8', declared: [changed, best] },
];

const SOURCES = {
  up: `CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, amount numeric);
INSERT INTO public.orders SELECT i, i % 3, i FROM generate_series(1, 20) i;`,
  down: 'DROP TABLE public.orders;',
};

/**
 * Runs the scenario on each extension, or on those that the command line names.
 *
 * @param sources The folder with pom.xml and the program that calls the tool.
 * @param toolFor Takes URL, JDBC URL, the folder for the files and `java(program, ...args)`, which gives what was printed. Gives
 *   `handwritten({ version, up, down })`, without a version and a way back for one that is repeatable, with a `name`; `up()`, which migrates and says how many were run; `settled()`, which migrates once
 *   more and throws unless there was nothing to do; and `down(version)`.
 */
export async function scenario({ format, sources, toolFor }) {
  const folder = await mkdtemp(join(tmpdir(), `pgstream-${format}-`));
  try {
    const jars = join(folder, 'jars');
    const pom = join(sources, 'pom.xml');
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]);
    const programs = (await readdir(sources))
      .filter((name) => name.endsWith('.java'))
      .map((name) => join(sources, name));
    await run('javac', ['-cp', `${jars}/*`, '-d', jars, ...programs]);
    const java = async (...args) => {
      const { stdout, stderr } = await run('java', ['-cp', `${jars}:${jars}/*`, ...args]);
      return stdout + stderr;
    };
    for (const extension of process.argv.length > 2 ? process.argv.slice(2) : EXTENSIONS) {
      const emulator = await startEmulator({ ...extensionNamed(extension), scheduler: false });
      try {
        const toolIn = (url, files) => toolFor({ url, jdbc: jdbcOf(url), files, java });
        const versions = join(folder, extension, 'versions');
        await mkdir(versions, { recursive: true });
        const url = await emulator.createDatabase();
        await upAndDown(url, versions, format, toolIn(url, versions));
        const repeatable = join(folder, extension, 'repeatable');
        await mkdir(repeatable);
        const databases = [await emulator.createDatabase(), await emulator.createDatabase()];
        await againAndAgain(databases, repeatable, format, toolIn);
      } finally {
        await emulator.stop();
      }
      console.log(`${format}, ${extension}: up, twice, back and up again, and repeatable, as expected.`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function upAndDown(url, files, format, tool) {
  const client = new pg.Client(url);
  await client.connect();
  const declarations = join(files, 'declared.json');
  const database = { client, url, declarations };
  try {
    await tool.handwritten({ version: '1', ...SOURCES });
    assert.equal(await tool.up(), 1);
    for (const { version, declared, before } of VERSIONS) {
      if (before !== undefined) {
        await tool.handwritten({ version: String(Number(version) - 1), ...before });
        assert.equal(await tool.up(), 1);
      }
      await writeFile(declarations, JSON.stringify(declared));
      const flags = ['--drop-orphans', '--write', format, '--into', files, '--migration-version', version];
      await pgstream(database, 'plan', declarations, ...flags);
      if (before !== undefined) await refusesToLose(database, tool, VERSIONS[0].declared);
      assert.equal(await tool.up(), 1);
      await tool.settled();
      await holds(database, declared);
      // They are maintained from then on, and fresh when the next migration comes.
      await client.query('UPDATE public.orders SET amount = amount * 2 WHERE id < $1', [Number(version)]);
      await client.query('INSERT INTO public.orders VALUES ($1, 1, 100)', [100 + Number(version)]);
      await pgstream(database, 'refresh', ...declared.map(({ name }) => name));
      await holds(database, declared);
      if (before !== undefined) assert.deepEqual(await furniture(client), FURNITURE);
    }
    for (const [index, { version, before }] of [...VERSIONS.entries()].toReversed()) {
      await tool.down(version);
      await holds(database, VERSIONS[index - 1]?.declared ?? []);
      if (before === undefined) continue;
      assert.deepEqual(await furniture(client), FURNITURE);
      await tool.down(String(Number(version) - 1));
      await holds(database, VERSIONS[index - 1].declared);
    }
    // All that there is at once, as a new database gets it.
    assert.equal(await tool.up(), VERSIONS.length + 1);
    await tool.settled();
    await holds(database, VERSIONS.at(-1).declared);
    assert.deepEqual(await furniture(client), FURNITURE);
  } finally {
    await client.end();
  }
}

/** What hangs on a stream table of a repeatable migration is repeatable itself. */
const HUNG = `CREATE OR REPLACE VIEW public.report AS SELECT customer_id, total, n FROM public.order_totals;
CREATE INDEX IF NOT EXISTS order_totals_total ON public.order_totals (total);
GRANT SELECT ON public.order_totals, public.report TO pg_read_all_stats;
COMMENT ON VIEW public.report IS 'For the board';`;

/** One file with all that is declared, which is written anew and run again. */
async function againAndAgain([url, newUrl], files, format, toolIn) {
  const client = new pg.Client(url);
  await client.connect();
  const declarations = join(files, 'declared.json');
  const database = { client, url, declarations };
  const tool = toolIn(url, files);
  const plan = async (declared, ...flags) => {
    await writeFile(declarations, JSON.stringify(declared));
    await pgstream(database, 'plan', declarations, '--write', format, '--into', files, ...flags);
  };
  try {
    await tool.handwritten({ version: '1', ...SOURCES });
    assert.equal(await tool.up(), 1);
    const slower = { ...orderTotals, schedule: '10m' };
    for (const declared of [
      [odd, best, orderTotals],
      [odd, best, slower],
      [odd, best, changed],
    ]) {
      await plan(declared, '--repeatable');
      assert.equal(await tool.up(), 1);
      await tool.settled();
      await holds(database, declared);
      // The same text once more is nothing.
      await plan(declared.toReversed(), '--repeatable');
      await tool.settled();
    }
    await tool.handwritten({ name: 'views', up: HUNG });
    assert.equal(await tool.up(), 1);
    const back = [odd, orderTotals, best];
    await plan(back, '--repeatable');
    await assert.rejects(
      tool.up(),
      /would lose what it does not know of: with .*order_totals.*: .*view public\.report/,
    );
    await holds(database, [odd, changed, best]);
    assert.deepEqual(await furniture(client), FURNITURE);
    await plan(back, '--before-repeatable', '--no-undo', '--migration-version', '2');
    assert.equal(await tool.up(), 2);
    await tool.settled();
    await holds(database, back);
    assert.deepEqual(await furniture(client), FURNITURE);
  } finally {
    await client.end();
  }
  const newClient = new pg.Client(newUrl);
  await newClient.connect();
  try {
    const newTool = toolIn(newUrl, files);
    assert.equal(await newTool.up(), 4);
    await newTool.settled();
    await holds({ client: newClient, url: newUrl, declarations }, [odd, orderTotals, best]);
    assert.deepEqual(await furniture(newClient), FURNITURE);
  } finally {
    await newClient.end();
  }
}

/** What hangs on a stream table since the migration was written: it says so, and the database is what it was. */
async function refusesToLose(database, tool, declared) {
  const { client } = database;
  await client.query('CREATE VIEW public.late AS SELECT total FROM public.order_totals');
  await assert.rejects(
    tool.up(),
    /would lose what it does not know of: with public\.order_totals: view public\.late\./,
  );
  await holds(database, declared);
  assert.deepEqual(await furniture(client), FURNITURE);
  await client.query('DROP VIEW public.late');
}

/** The database has what is declared, nothing else, and the rows are those of the queries. */
async function holds({ client, url, declarations }, declared) {
  await writeFile(declarations, JSON.stringify(declared));
  const checked = await pgstream({ url }, 'check', declarations);
  assert.match(checked, /^Nothing to do/m, checked);
  const { rows: found } = await client.query(`SELECT to_regnamespace('pgstream') IS NOT NULL AS streams`);
  const [schema, prefix] = found[0].streams ? ['pgstream', 'pgs'] : ['pgtrickle', 'pgt'];
  const { rows: there } = await client.query(
    `SELECT ${prefix}_name AS name FROM ${schema}.${prefix}_stream_tables ORDER BY 1`,
  );
  assert.deepEqual(
    there.map(({ name }) => name),
    declared.map(({ name }) => name).toSorted(),
  );
  for (const { name, query } of declared) {
    const { rows: columns } = await client.query(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\\_\\_pg%'`,
      [`public.${name}`],
    );
    const rows = `SELECT ${columns[0].list} FROM public.${name}`;
    const { rows: wrong } = await client.query(
      `(${rows} EXCEPT ALL (${query})) UNION ALL ((${query}) EXCEPT ALL ${rows}) LIMIT 3`,
    );
    assert.deepEqual({ name, wrong }, { name, wrong: [] });
  }
}

/** What hangs on the stream table that is made anew: it has to be there afterwards. */
const FURNITURE = {
  view: 'For the board',
  index: 'CREATE INDEX order_totals_total ON public.order_totals USING btree (total)',
  table_granted: true,
  view_granted: true,
};

async function furniture(client) {
  const { rows } = await client.query(
    `SELECT obj_description('public.report'::regclass) AS view, pg_get_indexdef('public.order_totals_total'::regclass) AS index,
      has_table_privilege('pg_read_all_stats', 'public.order_totals', 'SELECT') AS table_granted,
      has_table_privilege('pg_read_all_stats', 'public.report', 'SELECT') AS view_granted`,
  );
  return rows[0];
}

async function pgstream({ url }, ...args) {
  const { stdout } = await run(process.execPath, [CLI, ...args, '--url', url]);
  return stdout;
}

function jdbcOf(url) {
  const { hostname, port, pathname } = new URL(url);
  return `jdbc:postgresql://${hostname}:${port}${pathname}`;
}
