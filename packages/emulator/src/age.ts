import { withConnection } from './databases/index.ts';
import { EmulatorError } from './errors.ts';

/** Which of the two a database has; pg_trickle if it has both. */
const installed = `SELECT extname AS name FROM pg_extension WHERE extname IN ('pg_stream', 'pg_trickle') ORDER BY extname DESC`;

/**
 * Makes a stream table older: its data, and what the catalog says of its last refresh, as if that had been `ms` milliseconds
 * earlier. So a test has a stale one without waiting for it.
 *
 * ```ts
 * await age(url, 'order_totals', 10 * 60_000);
 * ```
 *
 * @param url of the database that the stream table is in, as a superuser
 * @param table its name, after its schema and a dot where that is not `public`; as it is stored, without quotes
 * @param ms milliseconds, added to the age that it has; a negative number makes it younger
 *
 * @throws EmulatorError where there is no such stream table, or it was never refreshed, which is stale as it is.
 */
export async function age(url: string, table: string, ms: number): Promise<void> {
  if (!Number.isFinite(ms)) throw new EmulatorError(`age() takes a number of milliseconds, not ${String(ms)}.`);
  const dot = table.indexOf('.');
  const [schema, name] = dot === -1 ? ['public', table] : [table.slice(0, dot), table.slice(dot + 1)];
  const { rows } = await withConnection(url, async (client) => {
    const { rows: extensions } = await client.query<{ name: string }>(installed);
    const { schema: own, prefix } =
      extensions[0]?.name === 'pg_trickle'
        ? { schema: 'pgtrickle', prefix: 'pgt_' }
        : { schema: 'pgstream', prefix: 'pgs_' };
    return client.query<{ refreshed: boolean }>(
      `UPDATE ${own}.${prefix}stream_tables
       SET data_timestamp = data_timestamp - $3 * interval '1 millisecond',
           last_refresh_at = last_refresh_at - $3 * interval '1 millisecond'
       WHERE ${prefix}schema = $1 AND ${prefix}name = $2
       RETURNING last_refresh_at IS NOT NULL AS refreshed`,
      [schema, name, ms],
    );
  });
  const where = `in database ${new URL(url).pathname.slice(1)}`;
  if (!rows[0]) {
    throw new EmulatorError(
      `There is no stream table "${schema}"."${name}" ${where}. Names are as they are stored: 'order_totals', 'analytics.order_totals'.`,
    );
  }
  if (!rows[0].refreshed) {
    throw new EmulatorError(
      `"${schema}"."${name}" ${where} was never refreshed, so it has no age: it is stale as it is.`,
    );
  }
}
