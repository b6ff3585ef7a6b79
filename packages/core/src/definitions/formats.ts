/** What a migration is made of. */
export interface Migration {
  /** Digits, with `.` or `_` between them. */
  readonly version: string;
  /** Letters, digits and `_`. */
  readonly description: string;
  readonly author: string;
  /** What it does, in lines of comments. */
  readonly about: string;
  readonly up: string;
  readonly down: string;
  readonly upStatements: readonly string[];
  readonly downStatements: readonly string[];
}

/** A file to be written; its path is relative to the folder of the migrations. */
export interface MigrationFile {
  readonly path: string;
  readonly text: string;
}

/** Whose files are written, and how: see {@link writeMigrations}. */
export const FORMATS = {
  sql: ({ version, description, about, up, down }) => [
    { path: `${version}_${description}.up.sql`, text: `${about}\n${up}` },
    { path: `${version}_${description}.down.sql`, text: down },
  ],
  flyway: ({ version, description, about, up, down }) => [
    { path: `V${version}__${description}.sql`, text: `${about}\n${up}` },
    { path: `U${version}__${description}.sql`, text: down },
  ],
  liquibase: ({ version, description, author, about, up, downStatements }) => {
    const rollback = downStatements
      .flatMap((statement) => `${statement};`.split('\n'))
      .map((line) => `--rollback ${line}\n`)
      .join('');
    const text = `--liquibase formatted sql\n\n--changeset ${author}:${version}_${description} stripComments:false splitStatements:false\n${about}${up}${rollback}`;
    return [{ path: `${version}_${description}.sql`, text }];
  },
  typeorm: ({ version, description, about, upStatements, downStatements }) => {
    const words = description.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    const milliseconds = String(millisecondsOf(version));
    const name = words.join('') + milliseconds;
    const text = `import type { MigrationInterface, QueryRunner } from 'typeorm';

${about.replaceAll(/^-- /gm, '// ')}export class ${name} implements MigrationInterface {
  name = '${name}';

  public async up(queryRunner: QueryRunner): Promise<void> {
${queries(upStatements)}  }

  public async down(queryRunner: QueryRunner): Promise<void> {
${queries(downStatements)}  }
}
`;
    return [{ path: `${milliseconds}-${words.join('')}.ts`, text }];
  },
  drizzle: ({ version, description, about, upStatements, down }) => [
    {
      path: `${version}_${description}/migration.sql`,
      text: `${about}${upStatements.map((statement) => `${statement};`).join('\n--> statement-breakpoint\n')}\n`,
    },
    { path: `${version}_${description}/down.sql`, text: down },
  ],
  prisma: ({ version, description, about, up, down }) => [
    { path: `${version}_${description}/migration.sql`, text: `${about}\n${up}` },
    { path: `${version}_${description}/down.sql`, text: down },
  ],
} satisfies Readonly<Record<string, (migration: Migration) => readonly MigrationFile[]>>;

/** Whose files are written. */
export type MigrationFormat = keyof typeof FORMATS;

/** Statements as templates, in which a query reads as it does in SQL. */
function queries(statements: readonly string[]): string {
  return statements
    .map((statement) => {
      const template = statement.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`).replaceAll('\r', String.raw`\r`);
      return `    await queryRunner.query(\`${template}\`);\n`;
    })
    .join('');
}

/** What TypeORM orders migrations by; undefined where a version is no instant. */
export function millisecondsOf(version: string): number | undefined {
  if (/^\d{13}$/.test(version)) return Number(version);
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version) ?? [];
  if (year === undefined) return undefined;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
