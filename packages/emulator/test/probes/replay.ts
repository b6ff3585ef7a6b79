import { setTimeout as sleep } from 'node:timers/promises';
import { comparable } from './mask.ts';
import type { Answer, Probe, Step } from './recording.ts';
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
export async function replay(probe: Probe, server: string): Promise<Exchange[]> {
  if (probe.database !== undefined) return converse(probe, server, probe.database);
  return inFreshDatabase(server, (database) => converse(probe, server, database));
}

async function converse(probe: Probe, server: string, database: string): Promise<Exchange[]> {
  const sessions = new Map<string, Session>();
  const session = async (name: string): Promise<Session> => {
    const open = sessions.get(name) ?? (await Session.open(server, database));
    sessions.set(name, open);
    return open;
  };
  const pending = new Map<string, Promise<Answer>>();
  const exchanges: Exchange[] = [];
  try {
    const first = await session('a');
    if (probe.database === undefined) await prepare(first, 'CREATE EXTENSION {ext}');
    for (const statement of probe.given) await prepare(first, statement);
    for (const step of probe.steps) {
      const { on = 'a' } = step;
      if (step.begin) {
        pending.set(on, (await session(on)).ask(step));
        await sleep(headStartMs);
        exchanges.push(asked(step));
        continue;
      }
      const answer = step.settle ? await pending.get(on) : await (await session(on)).ask(step);
      exchanges.push({ ...asked(step), ...comparable(answer ?? {}) });
    }
    return exchanges;
  } finally {
    for (const open of sessions.values()) await open.close();
  }
}

async function prepare(session: Session, sql: string): Promise<void> {
  const { error } = await session.ask({ sql });
  if (error) throw new Error(`The probe could not be set up: ${sql}: ${error.message ?? error.code ?? ''}`);
}

let serial = 0;

async function inFreshDatabase<T>(server: string, use: (database: string) => Promise<T>): Promise<T> {
  serial += 1;
  const database = `probe_${process.pid}_${serial}`;
  const admin = await Session.open(server, 'postgres');
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
