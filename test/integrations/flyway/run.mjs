// What `pgstream plan --write flyway` writes, run by the real Flyway from Maven Central, on the emulator. Needs Java 17, Maven
// and Maven Central, so it is no part of the test command:
//   pnpm exec turbo run build && node test/integrations/flyway/run.mjs
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { scenario } from '../migrations/scenario.mjs';

await scenario({
  format: 'flyway',
  sources: import.meta.dirname,
  toolFor({ url, jdbc, files, java }) {
    const flyway = (...commands) => java('Flyways', jdbc, files, ...commands);
    return {
      async handwritten({ version, name, up, down }) {
        if (version === undefined) {
          await writeFile(join(files, `R__${name}.sql`), up);
          return;
        }
        await writeFile(join(files, `V${version}__by_hand.sql`), up);
        await writeFile(join(files, `U${version}__by_hand.sql`), down);
      },
      async up() {
        return Number(/^executed (\d+)$/m.exec(await flyway('migrate'))?.[1]);
      },
      async settled() {
        const said = await flyway('migrate', 'validate', 'info');
        assert.match(said, /^executed 0$/m);
        // A repeatable one that has run again is there once more as it was before.
        assert.doesNotMatch(said, /\.sql (?!SUCCESS$|SUPERSEDED$)/m);
      },
      /** Only a paid Flyway undoes: this is what it does. */
      async down(version) {
        const undo = (await readdir(files)).find((name) => name.startsWith(`U${version}__`));
        const client = new pg.Client(url);
        await client.connect();
        try {
          await client.query(`BEGIN;\n${await readFile(join(files, undo), 'utf8')}`);
          await client.query('DELETE FROM flyway_schema_history WHERE version = $1', [version]);
          await client.query('COMMIT');
        } finally {
          await client.end();
        }
      },
    };
  },
});
