// What `pgstream plan --write liquibase` writes, run by the real Liquibase from Maven Central, on the emulator. Needs Java 17,
// Maven and Maven Central, so it is no part of the test command:
//   pnpm exec turbo run build && node test/integrations/liquibase/run.mjs
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scenario } from '../migrations/scenario.mjs';

const CHANGELOG = `databaseChangeLog:
  - includeAll: { path: ., endsWithFilter: .sql, relativeToChangelogFile: true }
`;

await scenario({
  format: 'liquibase',
  sources: import.meta.dirname,
  toolFor({ jdbc, files, java }) {
    const liquibase = async (...commands) => {
      await writeFile(join(files, 'changelog.yaml'), CHANGELOG);
      return await java('Liquibases', jdbc, files, ...commands);
    };
    return {
      async handwritten({ version, name, up, down }) {
        if (version === undefined) {
          const head = `--liquibase formatted sql\n--changeset by:hand_${name} runOnChange:true runOrder:last`;
          await writeFile(join(files, `${name}.sql`), `${head}\n${up}\n`);
          return;
        }
        const rollback = down.replaceAll(/^/gm, '--rollback ');
        const text = `--liquibase formatted sql\n--changeset by:hand${version}\n${up}\n${rollback}\n`;
        await writeFile(join(files, `${version}_by_hand.sql`), text);
      },
      async up() {
        return (await liquibase('update')).match(/^Running Changeset: /gm)?.length ?? 0;
      },
      async settled() {
        const said = await liquibase('update', 'updateSql', 'status');
        assert.match(said, /Database is up to date, no changesets to execute/);
        assert.match(said, /is up to date$/m);
        assert.doesNotMatch(said, /\.(?:create|alter|drop)_stream_table\(/);
      },
      async down() {
        assert.match(await liquibase('rollbackCount'), /^Rolling Back Changeset: /m);
      },
    };
  },
});
