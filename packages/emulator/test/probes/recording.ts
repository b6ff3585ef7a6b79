import { readFileSync } from 'node:fs';

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

/** The probes, with the answers of PostgreSQL 18.6 with the last pg_stream, extversion 0.1.1. */
export const probes: readonly Probe[] = Object.entries(
  JSON.parse(readFileSync(new URL('pg_stream-0.1.1.json', import.meta.url), 'utf8')) as Record<string, RecordedProbe>,
).map(([id, probe]) => ({ id, given: [], ...probe }));

/** Probes about what happens by itself, and not when it is asked for. They take seconds each. */
export function asksScheduler({ id }: Probe): boolean {
  return id.startsWith('A.5/scheduler');
}

const tokens: Record<string, string> = {
  '{ext}': 'pg_stream',
  '{S}': 'pgstream',
  '{C}': 'pgstream_changes',
  '{p}': 'pgs',
  '{H}': '__pgs_',
};

/** A recorded statement as it is sent: the names of the dialect are left open in the recording. */
export function inDialect(sql: string): string {
  return sql.replaceAll(/\{(?:ext|S|C|p|H)\}/g, (token) => tokens[token] ?? token);
}
