import { describe, expect, it, vi } from 'vitest';
import { isNew, type KITS, kitProject } from './kit-project.ts';

// Each starts drizzle-kit once or twice.
vi.setConfig({ testTimeout: 180_000 });

const ORDERS = { tablesFilter: ['!legacy', '!orders'] };

/** What an application of either drizzle-kit relies on, with what streamTablesConfig() gives. */
export function kitCases(version: keyof typeof KITS): void {
  describe(`drizzle-kit ${version} push`, () => {
    it.each([
      ['where nobody can be asked', 'kit', ['push'], { options: ORDERS }],
      ['on a terminal', 'kitOnTerminal', ['push'], { options: ORDERS }],
      ['in two schemas, on a terminal', 'kitOnTerminal', ['push', '--force'], { options: ORDERS, analytics: true }],
      ['with positive patterns', 'kit', ['push', '--force'], { options: { tablesFilter: ['app_*'] }, analytics: true }],
    ] as const)(
      'creates what is new and leaves stream tables, full and empty, and the extension alone: %s',
      async (_how, way, command, settings) => {
        const project = await kitProject(version);
        const before = await project.contents();
        await project[way](command, settings);
        const after = await project.contents();
        expect(after.filter(isNew)).toHaveLength('analytics' in settings ? 4 : 2);
        expect(after.filter((each) => !isNew(each))).toEqual(before);

        expect(await project[way](command, settings)).toContain('No changes detected');
        expect(await project.contents()).toEqual(after);
      },
    );
  });

  describe(`drizzle-kit ${version} generate and check`, () => {
    it('write no word about stream tables, whatever of them is exported', async () => {
      const settings = { analytics: true };
      const { kit, files } = await kitProject(version);
      await kit(['generate'], settings);
      const sql = await files('.sql');
      expect(sql.match(/CREATE TABLE "[\w".]+"/g)?.toSorted()).toEqual([
        'CREATE TABLE "analytics"."app_regions"',
        'CREATE TABLE "app_customers"',
        'CREATE TABLE "app_notes"',
      ]);
      expect(sql).not.toMatch(/_totals|large|pgs|DROP|ALTER/);
      await kit(['check'], settings);
      expect(await kit(['generate'], settings)).toMatch(/No schema changes/);
    });
  });

  describe(`drizzle-kit ${version} pull`, () => {
    it.each([{}, { analytics: true }])(
      'writes tables, and no stream tables and nothing of the extension (%j)',
      async (settings) => {
        const { kit, files, contents } = await kitProject(version);
        const before = await contents();
        await kit(['pull'], settings);
        const schema = await files('schema.ts');
        expect(schema.match(/able\("\w+"/g)?.toSorted()).toEqual([
          'able("app_customers"',
          'able("legacy"',
          'able("orders"',
        ]);
        expect(schema).not.toMatch(/_totals|large|pgs/);
        expect(await contents()).toEqual(before);
      },
    );
  });
}
