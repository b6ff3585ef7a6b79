import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError, EXIT } from '../exit/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Debian's and Red Hat's libpq look, which know it from when they were built. */
const SYSTEM_FOLDERS = ['/etc/postgresql-common', '/etc/sysconfig/pgsql', '/etc'];

/**
 * What a service of pg_service.conf says. Read by libpq's rules, which are not those of INI files: values have neither
 * quotes nor comments, so that a password may hold `;` and `#`.
 *
 * Throws when no file has the service.
 */
export async function readService(service: string, env: Environment): Promise<Readonly<Record<string, string>>> {
  const own = env['PGSERVICEFILE'] || join(env['HOME'] ?? homedir(), '.pg_service.conf');
  const folders = env['PGSYSCONFDIR'] ? [env['PGSYSCONFDIR']] : SYSTEM_FOLDERS;
  for (const file of [own, ...folders.map((folder) => join(folder, 'pg_service.conf'))]) {
    const found = sectionOf(await textOf(file, file === env['PGSERVICEFILE']), service, file);
    if (found) return found;
  }
  throw new CliError(
    EXIT.usage,
    'INVALID_ARGUMENT',
    `There is no service "${service}" in ${own}. A service is a section [${service}] with lines such as host=db.example.com; PGSERVICEFILE names another file.`,
  );
}

async function textOf(file: string, wasNamed: boolean): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!wasNamed && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
      `The service file ${file} cannot be read: it is missing, or not yours to read.`,
    );
  }
}

/** The first section of that name. */
function sectionOf(text: string, service: string, file: string): Record<string, string> | undefined {
  let found: Record<string, string> | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) return found;
      if (line === `[${service}]`) found = {};
    } else if (found) {
      const [, keyword, value] = /^([a-z_]+)=(.*)$/.exec(line) ?? [];
      if (keyword === undefined || value === undefined || keyword === 'service') {
        throw new CliError(
          EXIT.usage,
          'INVALID_ARGUMENT',
          `Line ${index + 1} of ${file} cannot be used: a line of a service is keyword=value without blanks around the =, and neither LDAP nor another service.`,
        );
      }
      found[keyword] ??= value;
    }
  }
  return found;
}
