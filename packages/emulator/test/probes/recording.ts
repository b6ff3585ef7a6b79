import { readFileSync } from 'node:fs';
import { type Differences, fromPgStream, fromPgTrickle } from './differences/index.ts';

/** What one statement was answered with. Values are the server's text. */
export interface Answer {
  readonly rows?: readonly Record<string, string | null>[];
  /** The command tag of a statement that returns no rows. */
  readonly done?: string;
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly hint?: string;
    readonly detail?: string;
  };
  /** Notices (`SEVERITY: text`) and notifications (`NOTIFY channel: payload`), in order. */
  readonly said?: readonly string[];
}

/** One recorded statement, and the answer of the real server. */
export interface Step extends Answer {
  /** The session that sends it; the first one, `a`, if it is not named. */
  readonly on?: string;
  readonly sql?: string;
  readonly params?: readonly (string | null)[];
  /** Sent, but not waited for. */
  readonly begin?: boolean;
  /** A statement of the set-up that the server refused. */
  readonly given?: string;
  /** No statement: the answer to what this session began. */
  readonly settle?: boolean;
  /** Milliseconds to wait for notifications after the statement. */
  readonly pause?: number;
}

/** A question about the contract; its id begins with the section that it asks about. */
export interface Probe {
  readonly id: string;
  readonly what: string;
  /** Runs in this database, and not in a fresh one. */
  readonly database?: string;
  /** Statements before the recorded ones. */
  readonly given: readonly string[];
  readonly steps: readonly Step[];
}

interface RecordedProbe {
  readonly what: string;
  readonly database?: string;
  readonly given?: readonly string[];
  readonly steps: readonly Step[];
}

/** The answers of a real server with one extension, and where the emulator as that extension differs. */
export interface Recording {
  readonly extension: 'pg_stream' | 'pg_trickle';
  readonly extversion: string;
  /** As which version the emulator is held to it. */
  readonly version?: '0.67';
  readonly probes: readonly Probe[];
  readonly differences: Differences;
}

function read(file: string): Probe[] {
  const text = readFileSync(new URL(`recordings/${file}.json`, import.meta.url), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, RecordedProbe>).map(([id, probe]) => ({
    id,
    given: [],
    ...probe,
  }));
}

/** Both of PostgreSQL 18.6: with the last pg_stream, and with pg_trickle. */
export const recordings: readonly Recording[] = [
  { extension: 'pg_stream', extversion: '0.1.1', probes: read('pg_stream-0.1.1'), differences: fromPgStream },
  {
    extension: 'pg_trickle',
    extversion: '0.67.0',
    version: '0.67',
    probes: read('pg_trickle-0.67.0'),
    differences: fromPgTrickle,
  },
];

/** Probes about what happens by itself, and not when it is asked for. They take seconds each. */
export function asksScheduler({ id }: Probe): boolean {
  return id.startsWith('A.5/scheduler');
}

const tokens: Readonly<Record<Recording['extension'], Readonly<Record<string, string>>>> = {
  pg_stream: { '{ext}': 'pg_stream', '{S}': 'pgstream', '{C}': 'pgstream_changes', '{p}': 'pgs', '{H}': '__pgs_' },
  pg_trickle: { '{ext}': 'pg_trickle', '{S}': 'pgtrickle', '{C}': 'pgtrickle_changes', '{p}': 'pgt', '{H}': '__pgt_' },
};

/** A recorded statement as it is sent: the names of the dialect are left open in the recording. */
export function inDialect(sql: string, { extension }: Recording): string {
  return sql.replaceAll(/\{(?:ext|S|C|p|H)\}/g, (token) => tokens[extension][token] ?? token);
}
