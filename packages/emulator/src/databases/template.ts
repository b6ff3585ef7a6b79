import { createHash } from 'node:crypto';
import type { Extension } from '../sql/index.ts';
import { databaseUrl } from './url.ts';
import { withConnection } from './with-connection.ts';

/** The database that others are copied from. Nobody can connect to it, so nothing can be in a copy's way. */
export const template = 'pgstream_template';

const description = `SELECT shobj_description(oid, 'pg_database') AS description FROM pg_database WHERE datname = $1`;

/** Tells a template made from this very script from one that a kept folder has from an earlier one. */
export function preparedFrom({ name, version, installScript }: Extension): string {
  return `${name} ${version}, install script ${createHash('sha256').update(installScript).digest('hex')}`;
}

/** Creates the extension in database `postgres`, and the template. template1 and template0 stay as PostgreSQL made them. */
export async function prepareDatabases(port: number, extension: Extension): Promise<void> {
  await withConnection(databaseUrl(port, 'postgres'), async (admin) => {
    await admin.query(`CREATE EXTENSION IF NOT EXISTS ${extension.name}`);
    const { rows } = await admin.query<{ description: string | null }>(description, [template]);
    if (rows[0]?.description === preparedFrom(extension)) return;
    if (rows[0]) {
      await admin.query(`ALTER DATABASE ${template} IS_TEMPLATE false`);
      await admin.query(`DROP DATABASE ${template}`);
    }
    await admin.query(`CREATE DATABASE ${template} TEMPLATE template0`);
    await withConnection(databaseUrl(port, template), (inside) => inside.query(`CREATE EXTENSION ${extension.name}`));
    await admin.query(`ALTER DATABASE ${template} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    // Last, so that a template that was interrupted is made again.
    await admin.query(`COMMENT ON DATABASE ${template} IS '${preparedFrom(extension)}'`);
  });
}
