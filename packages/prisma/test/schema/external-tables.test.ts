import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { externalTables } from '../../src/config.ts';
import { folderOf } from './folder.ts';

const shop = join(import.meta.dirname, '../shop/schema.prisma');

const schemaWith = async (text: string): Promise<string> =>
  join(await folderOf({ 'schema.prisma': text }), 'schema.prisma');

describe('externalTables', () => {
  it.each([
    ['an absolute path', shop],
    ['a path from where it runs', 'packages/prisma/test/shop/schema.prisma'],
    ['a URL', pathToFileURL(shop)],
  ])('gives the stream tables of a schema with their schemas, and no other model, by %s', (_what, schema) => {
    const cwd = process.cwd();
    process.chdir(join(import.meta.dirname, '../../../..'));
    onTestFinished(() => process.chdir(cwd));
    expect(externalTables({ schema }).toSorted()).toEqual([
      'analytics.big_orders',
      'analytics.region_totals',
      'public.order_totals',
      'public.product_totals',
    ]);
  });

  it('puts names without a schema into the default one', async () => {
    const schema = await schemaWith(
      '/// @streamTable\nview A {\n  id Int\n}\n/// @streamTable(schema: "x")\nview B {\n  id Int\n}',
    );
    expect(externalTables({ schema })).toEqual(['public.A', 'x.B']);
    expect(externalTables({ schema, defaultSchema: 'shop' })).toEqual(['shop.A', 'x.B']);
  });

  it('names each once, however many models there are of it', async () => {
    const schema = await schemaWith(
      '/// @streamTable\nview A {\n  id Int\n  @@map("a")\n}\n/// @streamTable\nmodel B {\n  id Int @id\n  @@map(name: "a")\n}',
    );
    expect(externalTables({ schema })).toEqual(['public.a']);
  });

  it('reads all files of a folder, and of folders in it', async () => {
    const schema = await folderOf({
      'schema.prisma': 'datasource db {\n  provider = "postgresql"\n}',
      'models/totals.prisma': '/// @streamTable\nview A {\n  id Int\n}',
      'models/more/totals.prisma': '/// @streamTable\nview B {\n  id Int\n}',
      'models/notes.md': '/// @streamTable\nview C {\n  id Int\n}',
    });
    expect(externalTables({ schema }).toSorted()).toEqual(['public.A', 'public.B']);
  });

  it('gives none where none is declared', async () => {
    expect(externalTables({ schema: await schemaWith('model A {\n  id Int @id\n}') })).toEqual([]);
  });

  it.each([
    ['is not there', () => Promise.resolve('nowhere/schema.prisma'), /nowhere\/schema\.prisma.*ENOENT/],
    ['is a folder without one', () => folderOf({ 'notes.md': '' }), /There is no file \*\.prisma/],
    [
      'has a comment that declares nothing',
      () => schemaWith('// @streamTable\nview A {\n  id Int\n}'),
      /has two slashes/,
    ],
    [
      'has one that is not understood',
      () => schemaWith('/// @streamTable(x: 1)\nview A {\n  id Int\n}'),
      /not understood at x: 1/,
    ],
  ])('fails where the schema %s', async (_what, schemaOf, sentence) => {
    const schema = await schemaOf();
    expect(() => externalTables({ schema })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(sentence) as unknown }),
    );
  });
});
