import { escapeIdentifier } from 'pg';

/** Some are called like keywords: what is written without quotes in one case and with them in another is the same. */
const PUBLIC_TABLES = [
  'order_totals other orders ancestor insert update delete truncate set if exists only select'.split(' '),
  ['Order Totals', 'order"totals', 'a.b', "-- /* ' $$", 'back\\slash', 'a$b', 'a$b$', 'a\u00a0b', 'a\u3000where'],
  'délices dÉlices DÉLICES İı İi \u212a 注文 \u{1f600} half\ufffd'.split(' '),
  // As long as names can be.
  ['a'.repeat(63), 'é'.repeat(31), `x${'é'.repeat(31)}`, '注'.repeat(21), '\u{1f600}'.repeat(15), '"'.repeat(63)],
].flat();

/** Columns, some of them called like keywords that write. */
const COLUMNS = `
  id int PRIMARY KEY, customer text, total int,
  insert int, update int, delete text, merge int, truncate int, copy int, drop int, alter int`;

// BEFORE, so that it fires where COPY then fails for want of data; each statement, so that it fires without rows.
const logged = (table: string): string => `
  CREATE TRIGGER wrote_rows BEFORE INSERT OR UPDATE OR DELETE ON ${table} EXECUTE FUNCTION public.logs();`;
const truncatable = (table: string): string => `
  CREATE TRIGGER wrote_all BEFORE TRUNCATE ON ${table} EXECUTE FUNCTION public.logs();`;
const table = (name: string, columns = COLUMNS, more = ''): string =>
  `CREATE TABLE ${name} (${columns}) ${more}; ${logged(name)} ${truncatable(name)}`;

/** Tables in `public` and `analytics` that tell each write by a notice. Sent again, it makes them anew. */
export const fixture = `
  SET client_min_messages = warning;
  DROP SCHEMA IF EXISTS analytics CASCADE;
  DROP SCHEMA IF EXISTS empty CASCADE;
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;
  CREATE SCHEMA analytics;
  CREATE SCHEMA empty;
  CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $logs$
  BEGIN
    RAISE NOTICE USING MESSAGE = 'wrote', DETAIL = jsonb_build_object(
      'operation', lower(tg_op), 'schema', tg_table_schema, 'name', tg_table_name);
    RETURN NULL;
  END $logs$;
  ${PUBLIC_TABLES.map((name) => table(escapeIdentifier(name))).join('')}
  ${['order_totals', 'other'].map((name) => table(`analytics.${name}`)).join('')}
  ${table('auto', 'id int GENERATED ALWAYS AS IDENTITY')}
  ${table('parts', COLUMNS, 'PARTITION BY RANGE (id)')}
  CREATE TABLE part_one PARTITION OF parts FOR VALUES FROM (1) TO (10);
  ${logged('part_one')} ${truncatable('part_one')}
  ${table('part_two')}
  CREATE FUNCTION deletes() RETURNS void LANGUAGE sql AS 'DELETE FROM order_totals';
  CREATE FUNCTION public.update(int) RETURNS int RETURN $1;
  CREATE FUNCTION public.delete(int) RETURNS int RETURN $1;
  CREATE PROCEDURE nothing() BEGIN ATOMIC END;
  RESET client_min_messages;`;
