import { streamRepository } from '@pgstream/typeorm';
import { DataSource, Repository } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { OVER } from './driver.ts';
import { entities, OrderTotals } from './models.ts';
import { loadedVersions, type Version } from './version.ts';

/** That a column of the table is about the TypeORM that it names. */
export function versionCases(version: Version): void {
  describe(`TypeORM ${version}, ${OVER}`, () => {
    describe('the driver', () => {
      it('runs the version that the column names, and no other', () => {
        expect(loadedVersions()).toEqual([version]);
      });

      it('shares it with the package', () => {
        const dataSource = new DataSource({ type: 'postgres', entities });
        expect(streamRepository(dataSource, OrderTotals)).toBeInstanceOf(Repository);
      });
    });
  });
}
