import { escapeIdentifier } from 'pg';
import { newDatabase, randomName } from './new-database.ts';
import { takeSpare } from './spares.ts';
import { template } from './template.ts';
import { databaseUrl } from './url.ts';

/**
 * Makes a database with the extension and returns its URL.
 *
 * @param from the database to copy: the extension and nothing else, unless another is named
 *
 * @throws EmulatorError when the name is taken or not acceptable, or the server is gone.
 */
export async function createDatabase(port: number, name = randomName(), from = template): Promise<string> {
  await newDatabase(databaseUrl(port, 'postgres'), name, async (admin) => {
    if (from === template && (await takeSpare(admin, name))) return;
    await admin.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${from}`);
  });
  return databaseUrl(port, name);
}
