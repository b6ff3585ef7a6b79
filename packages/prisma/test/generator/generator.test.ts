import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { externalTables } from '../../src/config.ts';
import type { StreamTableRegistry } from '../../src/index.ts';
import { type Asked, prismaGenerate } from './prisma-generate.ts';

// Each runs a command of Prisma's.
vi.setConfig({ testTimeout: 60_000 });

const TOTALS = `
/// @streamTable
view OrderTotals {
  customerId Int @unique @map("customer_id")
  total Decimal?
  @@map("order_totals")
}`;

/** What an ordinary schema may have. */
const SCHEMA = `
model Region {
  id Int @id
  customers Customer[]
  notes Note[]
  @@schema("public")
}
model Customer {
  id Int @id
  regionId Int
  region Region @relation(fields: [regionId], references: [id])
  boss Customer? @relation("boss", fields: [bossId], references: [id])
  bossId Int?
  staff Customer[] @relation("boss")
  totals Totals?
  @@schema("public")
}
model Note {
  id Int @id
  regionId Int
  region Region @relation(fields: [regionId], references: [id])
  @@schema("public")
}
model Label {
  id Int @id
  totals Totals[]
  @@schema("public")
}
/// Nothing leads from these to a stream table. Their columns may be called as they like.
model Alone {
  id Int @id
  rowId BigInt @map("__pgs_row_id")
  other Other?
  @@schema("public")
}
model Other {
  id Int @id
  alone Alone @relation(fields: [id], references: [id], onDelete: Cascade)
  @@schema("public")
}
/// What customers have spent.
/// @streamTable
/// The key is the customer's.
model Totals {
  id Int @id
  customer Customer @relation(fields: [id], references: [id], onDelete: Cascade)
  labels Label[]
  @@schema("public")
}
/// @streamTable
model Hidden {
  rowId BigInt @id @ignore @map("__pgs_row_id")
  total Decimal?
  @@map("hidden_totals")
  @@schema("analytics")
}
/// Another view of the same, with columns of its own.
/// @streamTable(name: "hidden_totals")
view Again {
  id Int @unique
  @@schema("analytics")
}
/// @streamTable(schema: "else.where", name: "it's \\"so\\"")
view Elsewhere {
  id Int @unique
  @@schema("analytics")
}
`;

/** What Prisma takes for documentation of what is below it, and what it does not. */
const COMMENTS = `
/// @streamTable
// A note.
/* And another.

   after an empty line */
view Noted {
  id Int @unique
  @@map(name: "noted \\"so\\"") // } not the end
  @@schema("public")
}
/*
  What customers have spent.
  @streamTable(name: "starred")
*/
view Starred {
  id Int @unique /// a field
  text String @default("} /// @streamTable")
  @@schema("a}b")
} /// @streamTable
model Behind {
  id Int @id
  @@schema ( "public" )
}
/// Of nothing: as \`@streamTable\` is.

/// Old.
// /// @streamTable
model Plain { /* { */
  id Int @id
  @@schema("public")
}
`;

const REGISTRY = {
  Region: {
    relations: {
      customers: { model: 'Customer', foreignKey: 'there' },
      notes: { model: 'Note', foreignKey: 'there' },
    },
  },
  Customer: {
    relations: {
      region: { model: 'Region', foreignKey: 'here' },
      boss: { model: 'Customer', foreignKey: 'here' },
      staff: { model: 'Customer', foreignKey: 'there' },
      totals: { model: 'Totals', foreignKey: 'there' },
    },
  },
  Note: { relations: { region: { model: 'Region', foreignKey: 'here' } } },
  Label: { relations: { totals: { model: 'Totals', foreignKey: 'join' } } },
  Totals: { streamTable: { schema: 'public', name: 'Totals' } },
  Hidden: { streamTable: { schema: 'analytics', name: 'hidden_totals' } },
  Again: { streamTable: { schema: 'analytics', name: 'hidden_totals' } },
  Elsewhere: { streamTable: { schema: 'else.where', name: `it's "so"` } },
};

/** What Node makes of the module. */
async function loaded(file: string): Promise<unknown> {
  const load = `import(${JSON.stringify(file)}).then(({ streamTables }) => console.log(JSON.stringify(streamTables.registry)))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', load]);
  return JSON.parse(stdout);
}

describe('the registry', () => {
  it('has the stream tables by their names, and what leads to them with the side of its key', async () => {
    const { folder, files, error } = await prismaGenerate({
      models: SCHEMA,
      ours: 'generatedFileExtension = "mjs"',
      datasource: 'schemas = ["public", "analytics"]\n  // relationMode = "prisma"',
    });
    expect(error).toBe('');
    expect(await loaded(join(folder, 'out/index.mjs'))).toEqual(REGISTRY);
    const oxfmt = join(dirname(createRequire(import.meta.url).resolve('oxfmt/package.json')), 'bin/oxfmt');
    const text = files['index.mjs'] ?? '';
    expect(await formatted(oxfmt, text)).toBe(text);
  });

  it('is empty where nothing is a stream table', async () => {
    const { files } = await prismaGenerate({ models: 'model Plain {\n  id Int @id\n}' });
    expect(files['index.ts']).toContain('const registry = {} as const;');
  });
});

describe('externalTables() finds what the generator finds', () => {
  it.each([
    ['a schema of everything', SCHEMA, 'schemas = ["public", "analytics"]'],
    ['comments of all sorts', COMMENTS, 'schemas = ["public", "a}b"]'],
  ])('in %s', async (_what, models, datasource) => {
    const { folder, error, said } = await prismaGenerate({
      models,
      datasource,
      ours: 'generatedFileExtension = "mjs"',
    });
    expect(error).toBe('');
    const registry = (await loaded(join(folder, 'out/index.mjs'))) as StreamTableRegistry;
    const found = Object.values(registry).flatMap(({ streamTable }) => streamTable ?? []);
    expect(found.length).toBeGreaterThan(2);
    const names = [...new Set(found.map(({ schema, name }) => `${schema}.${name}`))].toSorted();
    expect(externalTables({ schema: join(folder, 'schema.prisma') }).toSorted()).toEqual(names);
    for (const { schema, name } of found) expect(said).toContain(`(${schema}.${name})`);
  });
});

describe('whoever runs prisma generate is told', () => {
  it.each([
    ['of the stream tables that were found', TOTALS, 'pgstream-prisma: 1 stream table: OrderTotals (order_totals)'],
    ['that there is none', 'model Plain {\n  id Int @id\n}', 'pgstream-prisma: no model is a stream table.'],
  ])('%s', async (_what, models, sentence) => {
    expect((await prismaGenerate({ models })).said).toContain(sentence);
  });
});

/** As the project formats it. */
async function formatted(oxfmt: string, text: string): Promise<string> {
  const config = join(import.meta.dirname, '../../../../.oxfmtrc.json');
  const running = promisify(execFile)(process.execPath, [oxfmt, '--config', config, '--stdin-filepath=index.mjs']);
  running.child.stdin?.end(text);
  return (await running).stdout;
}

/** A stream table with a foreign key of Prisma's. */
function child(actions: string, optional = ''): string {
  return `
model Customer {
  id Int @id
  totals Totals[]
}
/// @streamTable
view Totals {
  id Int @unique
  customerId Int${optional}
  customer Customer${optional} @relation(fields: [customerId], references: [id]${actions})
}`;
}

/** Where a datasource names schemas, every model does. */
function inPublic(models: string, datasource: string): string {
  return datasource.includes('schemas') ? models.replaceAll('\n}', '\n  @@schema("public")\n}') : models;
}

/** Ways to write the setting. */
const EMULATING = [
  ['with a comment behind it', 'relationMode = "prisma" /* no foreign keys */'],
  ['with a comment before it', '/* } */ relationMode = "prisma"'],
  ['with a comment of lines before it', '/* a\n } */\n relationMode="prisma" // b'],
  ['behind a text with a brace', 'schemas = ["public", "a}b"]\n  relationMode = "prisma"'],
  ['behind what looks as a comment', 'schemas = ["public", "a//b", "/*"]\n  relationMode = "prisma"'],
  ['by the name that it had', 'referentialIntegrity = "prisma"'],
] as const;

describe('prisma generate fails with a sentence for', () => {
  const emulated = 'relationMode = "prisma"';

  it.each<[string, Asked, RegExp]>([
    [
      'a hidden column',
      { models: TOTALS.replace('total Decimal?', 'rowId BigInt @map("__pgs_row_id")') },
      /"OrderTotals" declares "rowId", the column "__pgs_row_id", .* @ignore/,
    ],
    [
      'a hidden column of the other dialect',
      { models: TOTALS.replace('total Decimal?', 'count BigInt @map("__pgt_count")') },
      /"OrderTotals" declares "count", the column "__pgt_count"/,
    ],
    [
      'a comment that is not understood',
      { models: TOTALS.replace('@streamTable', '@streamTable(table: "x")') },
      /"OrderTotals" has \/\/\/ @streamTable\(table: "x"\), which is not understood at table: "x"/,
    ],
    [
      'a comment above what the client does not have',
      { models: `${TOTALS}\n/// @streamTable\nmodel Other {\n  id Int\n  @@ignore\n}` },
      /is above the model Other, which is no view or model of the client/,
    ],
    [
      'a comment with two slashes',
      { models: TOTALS.replace('///', '//') },
      /The comment \/\/ @streamTable has two slashes, and makes nothing a stream table/,
    ],
    [
      'a comment that does not begin with it',
      { models: TOTALS.replace('@streamTable', 'Totals. @streamTable') },
      /The comment \/\/\/ Totals\. @streamTable does not begin with it/,
    ],
    [
      'a comment inside of a block',
      { models: 'view OrderTotals { /// @streamTable\n  id Int @unique\n}' },
      /is inside the block of view OrderTotals/,
    ],
    [
      'another database',
      { models: TOTALS, datasource: 'provider = "mysql"' },
      /the datasource "db" has the provider "mysql"/,
    ],
    [
      'foreign keys that Prisma emulates, by default',
      { models: child(''), datasource: emulated },
      /deleting or updating a "Customer" would write the stream table of "Totals" \(onDelete: Restrict, onUpdate: Cascade\)/,
    ],
    [
      'the same, where the key may be null',
      { models: child(', onUpdate: Restrict', '?'), datasource: emulated },
      /\(onDelete: SetNull, onUpdate: Restrict\).*onDelete: Restrict, onUpdate: Restrict/,
    ],
    ...EMULATING.map(([how, datasource]): [string, Asked, RegExp] => [
      `foreign keys that Prisma emulates, ${how}`,
      { models: inPublic(child(', onDelete: Cascade'), datasource), datasource },
      /would write the stream table of "Totals" \(onDelete: Cascade, onUpdate: Cascade\)/,
    ]),
    ['a setting that does not exist', { models: TOTALS, ours: 'modulFormat = "esm"' }, /has no setting "modulFormat"/],
    [
      'a file extension that does not exist',
      { models: TOTALS, ours: 'generatedFileExtension = "tsx"' },
      /knows no generatedFileExtension = "tsx"\. Write one of ts, mts, cts, js, mjs, cjs/,
    ],
  ])('%s', async (_what, asked, sentence) => {
    const { error, files } = await prismaGenerate(asked);
    expect(error.replaceAll(/\s+/g, ' ')).toMatch(sentence);
    // A sentence, and no stack.
    expect(error).not.toMatch(/\n\s+at /);
    expect(files).toEqual({});
  });

  it('and not for foreign keys that Prisma emulates without writing', async () => {
    const models = child(', onDelete: Restrict, onUpdate: Restrict');
    expect(await prismaGenerate({ models, datasource: emulated })).toMatchObject({ error: '' });
  });

  it.each([
    ['commented out', '// relationMode = "prisma"\n  /* relationMode = "prisma" */'],
    ['foreign keys', 'relationMode = "foreignKeys" // or "prisma"'],
  ])('and not for %s', async (_what, datasource) => {
    expect(await prismaGenerate({ models: child(', onDelete: Cascade'), datasource })).toMatchObject({ error: '' });
  });
});

describe('the module is written', () => {
  it.each<[string, Omit<Asked, 'models'>, string[]]>([
    ['in TypeScript, beside prisma-client-js', { client: 'provider = "prisma-client-js"' }, ['index.ts']],
    [
      "with the client's extension, beside settings that only imports between files need",
      { client: 'provider = "prisma-client"\n  generatedFileExtension = "mts"\n  importFileExtension = "mjs"' },
      ['index.mts'],
    ],
    [
      "with its own, rather than the client's",
      {
        client: 'provider = "prisma-client"\n  generatedFileExtension = "mts"',
        ours: 'generatedFileExtension = "cts"',
      },
      ['index.cts'],
    ],
  ])('%s', async (_what, settings, files) => {
    const generated = await prismaGenerate({ models: TOTALS, ...settings });
    expect(generated.error).toBe('');
    expect(Object.keys(generated.files)).toEqual(files);
    expect(Object.values(generated.files)).toMatchSnapshot();
  });

  it.each<[string, Omit<Asked, 'models'>, string[], string]>([
    ['of a package of modules', { ours: 'generatedFileExtension = "js"' }, ['index.d.ts', 'index.js'], 'import'],
    [
      'of another package',
      { ours: 'generatedFileExtension = "js"', type: 'commonjs' },
      ['index.d.ts', 'index.js'],
      'require',
    ],
    [
      'with an extension that says so',
      { ours: 'generatedFileExtension = "cjs"' },
      ['index.cjs', 'index.d.cts'],
      'require',
    ],
  ])('in JavaScript %s', async (_what, settings, files, loads) => {
    const generated = await prismaGenerate({ models: TOTALS, ...settings });
    expect(Object.keys(generated.files)).toEqual(files);
    expect(Object.values(generated.files)).toMatchSnapshot();
    const file = files.find((name) => !name.includes('.d.')) ?? '';
    expect(generated.files[file]).toMatch(loads === 'import' ? /^import /m : /= require\(/);
    expect(await loaded(join(generated.folder, 'out', file))).toEqual({
      OrderTotals: { streamTable: { name: 'order_totals' } },
    });
  });

  it('in place of the one that had another extension, beside files of others', async () => {
    const { folder } = await prismaGenerate({ models: TOTALS });
    await writeFile(join(folder, 'out/index.js'), '// by hand');
    const again = await prismaGenerate({ models: TOTALS, ours: 'generatedFileExtension = "mts"' }, folder);
    expect(Object.keys(again.files)).toEqual(['index.js', 'index.mts']);
  });
});
