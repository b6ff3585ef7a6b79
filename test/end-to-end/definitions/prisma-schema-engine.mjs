#!/usr/bin/env node
// Prisma's schema engine, for PRISMA_SCHEMA_ENGINE_BINARY: what the commands of Prisma 7 download is the same program, compiled for
// the computer. This one is WebAssembly, from npm, and asks the database over node-postgres. It speaks JSON-RPC over stdin and
// stdout, as the other does.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' } },
});

// "can-connect-to-database": the next one will tell.
if (positionals[0] === 'cli') process.exit(0);

const { PrismaPg } = await import('@prisma/adapter-pg');
const { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } = await import('@prisma/driver-adapter-utils');
const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
const { SchemaEngine, __wbg_set_wasm: useModule } = bindings;
const { default: pg } = await import('pg');

const { url } = JSON.parse(values.datasource ?? '{}');

const [INTERNAL_CHAR, CHAR_ARRAY] = [18, 1002];

/** The catalogs have a type that the adapter does not know, "char": it is called its array's until the engine sees it. */
class CatalogPool extends pg.Pool {
  async query(...args) {
    const result = await super.query(...args);
    for (const field of result.fields ?? []) if (field.dataTypeID === INTERNAL_CHAR) field.dataTypeID = CHAR_ARRAY;
    return result;
  }
}

async function connect(connectionString, afterwards) {
  const pool = new CatalogPool({ connectionString });
  pool.on('error', () => {});
  const adapter = await new PrismaPg(pool).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  return Object.assign(adapter, {
    async queryRaw(query) {
      const { columnTypes, ...result } = await queryRaw(query);
      const { Character, CharacterArray } = ColumnTypeEnum;
      return { ...result, columnTypes: columnTypes.map((type) => (type === CharacterArray ? Character : type)) };
    },
    /** Whole, as the compiled engine sends it: it is one transaction. The adapter would cut it at each semicolon, of strings too. */
    async executeScript(script) {
      try {
        await pool.query(script);
      } catch (error) {
        adapter.onError(error);
      }
    },
    async dispose() {
      await pool.end();
      await afterwards?.();
    },
  });
}

const factory = bindMigrationAwareSqlAdapterFactory({
  provider: 'postgres',
  adapterName: '@prisma/adapter-pg',
  connect: () => connect(url),
  async connectToShadowDb() {
    const name = `prisma_shadow_${process.pid}`;
    const admin = new pg.Client(url);
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    return connect(Object.assign(new URL(url), { pathname: `/${name}` }).href, async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    });
  },
});

globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
const wasm = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
const { instance } = await WebAssembly.instantiate(await readFile(wasm), { './schema_engine_bg.js': bindings });
const { __wbindgen_start: start } = instance.exports;
useModule(instance.exports);
start();

const files = values.datamodels ?? [];
const datamodels = await Promise.all(files.map(async (path) => [path, await readFile(path, 'utf8')]));
const engine = await SchemaEngine.new({ datamodels: files.length > 0 ? datamodels : undefined }, () => {}, factory);

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (method === undefined) continue;
  try {
    const result = await engine[method](params);
    if (method === 'diff') say({ id: 0, method: 'print', params: { content: result.stdout } });
    say({ id, result: result ?? null });
  } catch (error) {
    const data = { is_panic: false, message: error.message, error_code: error.code };
    say({ id, error: { code: 4466, message: error.message, data } });
  }
}
