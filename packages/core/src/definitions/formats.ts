/** What a migration is made of. */
export interface Migration {
  /** Digits, with `.` or `_` between them. */
  readonly version: string;
  /** Letters, digits and `_`. */
  readonly description: string;
  readonly author: string;
  /** What it does, in lines of comments. */
  readonly about: string;
  /** Whether the way back is written, too. */
  readonly undo: boolean;
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
  sql: (migration) => {
    const { version, description } = migration;
    return withUndo(migration, `${version}_${description}.up.sql`, `${version}_${description}.down.sql`);
  },
  flyway: (migration) => {
    const { version, description } = migration;
    return withUndo(migration, `V${version}__${description}.sql`, `U${version}__${description}.sql`);
  },
  liquibase: ({ version, description, author, about, undo, up, downStatements }) => {
    const rollback = downStatements
      .flatMap((statement) => `${statement};`.split('\n'))
      .map((line) => `--rollback ${line}\n`)
      .join('');
    const text = `${changeset(author, `${version}_${description}`)}${about}${up}${undo ? rollback : ''}`;
    return [{ path: `${version}_${description}.sql`, text }];
  },
  typeorm: ({ version, description, about, undo, upStatements, downStatements }) => {
    const words = description.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    const milliseconds = String(millisecondsOf(version));
    const name = words.join('') + milliseconds;
    const down = undo
      ? `  public async down(queryRunner: QueryRunner): Promise<void> {
${queries(downStatements)}  }`
      : `  public down(): Promise<void> {
    throw new Error('${name} has no way back.');
  }`;
    const text = `import type { MigrationInterface, QueryRunner } from 'typeorm';

${about.replaceAll(/^-- /gm, '// ')}export class ${name} implements MigrationInterface {
  name = '${name}';

  public async up(queryRunner: QueryRunner): Promise<void> {
${queries(upStatements)}  }

${down}
}
`;
    return [{ path: `${milliseconds}-${words.join('')}.ts`, text }];
  },
  drizzle: (migration) => {
    const { version, description, about, upStatements } = migration;
    const up = `${about}${upStatements.map((statement) => `${statement};`).join('\n--> statement-breakpoint\n')}\n`;
    return inFolder(migration, `${version}_${description}`, up);
  },
  prisma: (migration) => {
    const { version, description, about, up } = migration;
    return inFolder(migration, `${version}_${description}`, `${about}\n${up}`);
  },
} satisfies Readonly<Record<string, (migration: Migration) => readonly MigrationFile[]>>;

/** What tools run again whenever its text changes: see {@link writeRepeatable}. */
export const REPEATABLE_FORMATS = {
  sql: ({ description, sql }) => ({ path: `${description}.sql`, text: sql }),
  flyway: ({ description, sql }) => ({ path: `R__${description}.sql`, text: sql }),
  liquibase: ({ description, author, sql }) => ({
    path: `${description}.sql`,
    // What it has made, going back leaves: the next update would make it again.
    text: `${changeset(author, description, 'runOnChange:true', 'runOrder:last')}${sql}--rollback not required\n`,
  }),
} satisfies Readonly<
  Record<string, (repeatable: Pick<Migration, 'description' | 'author'> & { readonly sql: string }) => MigrationFile>
>;

/** Whose repeatable migrations are written. */
export type RepeatableFormat = keyof typeof REPEATABLE_FORMATS;

function withUndo({ about, undo, up, down }: Migration, upPath: string, downPath: string): readonly MigrationFile[] {
  return [
    { path: upPath, text: `${about}\n${up}` },
    ...(undo ? [{ path: downPath, text: `${backwards(about)}\n${down}` }] : []),
  ];
}

function inFolder({ about, undo, down }: Migration, folder: string, up: string): readonly MigrationFile[] {
  return [
    { path: `${folder}/migration.sql`, text: up },
    ...(undo ? [{ path: `${folder}/down.sql`, text: `${backwards(about)}\n${down}` }] : []),
  ];
}

function backwards(about: string): string {
  return `-- The way back from:\n${about}`;
}

/** The head of a file of Liquibase's, which takes what follows for one statement and leaves comments in it. */
function changeset(author: string, id: string, ...attributes: readonly string[]): string {
  const words = [
    `${author}:${id}`,
    ...attributes,
    'rollbackSplitStatements:false',
    'stripComments:false',
    'splitStatements:false',
  ];
  return `--liquibase formatted sql\n\n--changeset ${words.join(' ')}\n`;
}

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

/** Whether a version is an instant of the calendar in UTC: `20261129174500`. */
export function isInstant(version: string): boolean {
  const milliseconds = /^\d{14}$/.test(version) ? millisecondsOf(version) : undefined;
  // Of a 30 February it is the second of March.
  return milliseconds !== undefined && timestamp(new Date(milliseconds)) === version;
}

export function timestamp(instant: Date): string {
  return instant.toISOString().replaceAll(/[-:T]|\..*$/g, '');
}

/** What TypeORM orders migrations by; undefined where a version is no instant. */
function millisecondsOf(version: string): number | undefined {
  if (/^\d{13}$/.test(version)) return Number(version);
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(version) ?? [];
  if (year === undefined) return undefined;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
