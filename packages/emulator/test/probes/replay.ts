import { setTimeout as sleep } from 'node:timers/promises';
import { comparable } from './mask.ts';
import { type Answer, inDialect, type Probe, type Recording, type Step } from './recording.ts';
import { Session } from './session.ts';

/** A statement beside its answer: what is compared. */
export type Exchange = Pick<Step, 'on' | 'sql' | 'settle'> & Answer;

/** The recorded conversation, reduced to what every run shares. */
export function recorded({ steps }: Probe): Exchange[] {
  return steps.map((step) => ({ ...asked(step), ...comparable(step) }));
}

function asked({ on = 'a', sql, settle }: Step): Pick<Step, 'on' | 'sql' | 'settle'> {
  return { on, ...(sql !== undefined && { sql }), ...(settle && { settle }) };
}

// Long enough for a statement to be on its way in the other session.
const headStartMs = 300;

/** Asks a server what the probe asks. The server is named by a superuser's URL. */
export async function replay(probe: Probe, recording: Recording, server: string): Promise<Exchange[]> {
  const open = (database: string) => Session.open(server, database, (sql) => inDialect(sql, recording));
  if (probe.database !== undefined) return converse(probe, () => open(probe.database!));
  return inFreshDatabase(open, (database) => converse(probe, () => open(database)));
}

async function converse(probe: Probe, open: () => Promise<Session>): Promise<Exchange[]> {
  const sessions = new Map<string, Session>();
  const session = async (name: string): Promise<Session> => {
    const known = sessions.get(name) ?? (await open());
    sessions.set(name, known);
    return known;
  };
  const pending = new Map<string, Promise<Answer>>();
  const exchanges: Exchange[] = [];
  try {
    const first = await session('a');
    if (probe.database === undefined) await prepare(first, 'CREATE EXTENSION {ext}');
    const refused = new Set(probe.steps.map(({ given }) => given));
    for (const statement of probe.given) if (!refused.has(statement)) await prepare(first, statement);
    for (const step of probe.steps) {
      const { on = 'a' } = step;
      if (step.begin) {
        pending.set(on, (await session(on)).ask(step));
        await sleep(headStartMs);
        exchanges.push(asked(step));
        continue;
      }
      const { given: sql = step.sql } = step;
      const answer = step.settle
        ? await pending.get(on)
        : await (await session(on)).ask({ ...step, ...(sql !== undefined && { sql }) });
      exchanges.push({ ...asked(step), ...comparable(answer ?? {}) });
    }
    return exchanges;
  } finally {
    for (const each of sessions.values()) await each.close();
  }
}

async function prepare(session: Session, sql: string): Promise<void> {
  const { error } = await session.ask({ sql });
  if (error) throw new Error(`The probe could not be set up: ${sql}: ${error.message ?? error.code ?? ''}`);
}

let serial = 0;

async function inFreshDatabase<T>(
  open: (database: string) => Promise<Session>,
  use: (database: string) => Promise<T>,
): Promise<T> {
  serial += 1;
  const database = `probe_${process.pid}_${serial}`;
  const admin = await open('postgres');
  try {
    await prepare(admin, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await prepare(admin, `CREATE DATABASE ${database} TEMPLATE template0`);
    const result = await use(database);
    await prepare(admin, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    return result;
  } finally {
    await admin.close();
  }
}
