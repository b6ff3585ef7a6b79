import postgres from 'postgres';
import type { Opened } from './driver.ts';

/** What is noted of postgres.js, over which Drizzle is opened. */
export function overPostgresJs(url: string, open: (client: postgres.Sql) => Opened['db']): Omit<Opened, 'relational'> {
  const sent: string[] = [];
  const client = postgres(url, { max: 3, onnotice: () => {}, debug: (_connection, text) => sent.push(text) });
  return {
    db: open(client),
    raw: (text) => client.unsafe(text),
    sent,
    async leave(statements) {
      const reserved = await client.reserve();
      for (const statement of statements) await reserved.unsafe(statement).catch(() => {});
      reserved.release();
    },
    close: () => client.end(),
  };
}

/** What Drizzle cannot have over it, in any version. */
export const CANNOT = {
  'values: text[] with NULL among its elements':
    'Drizzle parses arrays itself here, and takes a NULL among the elements for the text "NULL"; of ordinary tables, too.',
};
