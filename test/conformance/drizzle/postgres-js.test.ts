import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { conformance } from '../conformance.ts';
import { drizzleOver, type Opened } from './driver.ts';
import { schema } from './models.ts';

conformance(
  drizzleOver('postgres.js', open, {
    'values: text[] with NULL among its elements':
      'Drizzle parses arrays itself here, and takes a NULL among the elements for the text "NULL"; of ordinary tables, too.',
  }),
);

function open(url: string): Opened {
  const sent: string[] = [];
  const client = postgres(url, { max: 3, onnotice: () => {}, debug: (_connection, text) => sent.push(text) });
  return {
    db: drizzle(client, { schema }),
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
