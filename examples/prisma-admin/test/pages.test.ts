import { inItsNames, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AGED_SQL, load, openSite, type Site } from './site.ts';

const database = testDatabase();
let admin: Client;
let site: Site;

beforeAll(async () => {
  admin = await database.connect();
  await load(database.url);
  site = await openSite(database.url);
});
afterAll(() => site.close());
afterEach(async () => {
  for (const table of ['origin_delays', 'state_delays']) {
    await admin.query('SELECT pgstream.refresh_stream_table($1)', [`public.${table}`]);
  }
});

async function get(path: string, status = 200): Promise<string> {
  const response = await fetch(site.url + path);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
  return inOneLine(await response.text());
}

/** As a browser sends the form of a button in the list. */
function press(table: string, { action = 'refresh', origin = site.url, at = site.url } = {}): Promise<Response> {
  return fetch(`${at}/admin/tables/public/${table}/${action}?from=list`, {
    method: 'POST',
    headers: { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' },
  });
}

function inOneLine(page: string): string {
  return page.replaceAll(/\s+/g, ' ');
}

/** What is left of a page without its markup. */
function textOf(page: string): string {
  return inOneLine(page.replaceAll(/<[^>]*>/g, ' ')).trim();
}

/** The row of a stream table, as text. */
function rowOf(page: string, table: string): string {
  return textOf(
    page
      .split('<tr')
      .find((row) => textOf(`<tr${row.split('</th>')[0] ?? ''}`) === table)
      ?.replace(/^/, '<tr') ?? '',
  );
}

/** What the page says that a button leads to, by way of another address or at once. */
async function saidBy(response: Response, status = 200): Promise<string> {
  expect(response.status).toBe(status);
  return textOf(await response.text());
}

function listenToLog(): ReturnType<typeof vi.spyOn> {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => logged.mockRestore());
  return logged;
}

describe('the admin page', () => {
  it('is where one comes to', async () => {
    const response = await fetch(site.url);
    expect(new URL(response.url).pathname).toBe('/admin');
    expect(textOf(await response.text())).toContain('2 stream tables.');
  });

  it.each([
    { age: '30 seconds', said: /3\d seconds ago fresh/ },
    { age: '1 minute 30 seconds', said: /1 minute ago stale/ },
    { age: '3 hours', said: /3 hours ago stale/ },
  ])('tells how old a stream table is, and whether that is too old: $age', async ({ age, said }) => {
    await admin.query(AGED_SQL, ['origin_delays', age]);
    const row = rowOf(await get('/admin'), 'origin_delays');
    expect(row).toMatch(/^origin_delays active /);
    expect(row).toMatch(said);
    expect(row).toMatch(/1m differential \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC Refresh$/);
  });

  it('shows one that is gone, and the others', async () => {
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET pgs_name = 'moved' WHERE pgs_name = 'origin_delays'`);
    const [page, rows] = [await get('/admin'), await get('/origin-delays', 410)];
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET pgs_name = 'origin_delays' WHERE pgs_name = 'moved'`);
    expect(rowOf(page, 'origin_delays')).toMatch(/^origin_delays missing It is not in the database: /);
    expect(rowOf(page, 'state_delays')).toContain('fresh');
    expect(rowOf(page, 'moved')).toContain('active');
    expect(rows).toContain('the stream table behind this page is gone');
  });

  it('tells what is wrong with the database as a whole, and what to do', async () => {
    expect(textOf(await get('/admin/health'))).toMatch(/No scheduler of pg_\w+ is running .* refreshAll/);
    const scheduler = await database.connect({ application_name: inItsNames('pg_stream scheduler') });
    expect(await get('/admin/health')).not.toContain('No scheduler');
    await scheduler.end();
  });

  it('has a page of each, with what it is made of', async () => {
    const page = textOf(await get('/admin/tables/public/state_delays'));
    expect(page).toMatch(/Reads .*origin_delays .*stream table/);
    expect(page).toContain('Column Type state text');
  });
});

describe('a button', () => {
  it('refreshes, and leads to a page that says so', async () => {
    await admin.query(AGED_SQL, ['origin_delays', '5 minutes']);
    await admin.query(
      `INSERT INTO flights (scheduled_at, origin, destination, delay, distance) VALUES (now(), 'SFO', 'JFK', 95, 2586)`,
    );
    expect(await saidBy(await press('origin_delays'))).toContain('origin_delays was refreshed.');
    expect(rowOf(await get('/admin'), 'origin_delays')).toMatch(/(?:just now|seconds? ago) fresh/);
    const { rows } = await admin.query(`
      SELECT flights = (SELECT count(*) FROM flights WHERE origin = 'SFO') AS seen FROM origin_delays WHERE origin = 'SFO'`);
    expect(rows).toEqual([{ seen: true }]);
  });

  it('says what is in the way of a refresh, and the way out is another', async () => {
    const logged = listenToLog();
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
    expect(await saidBy(await press('origin_delays'), 409)).toMatch(/origin_delays was not refreshed It is suspended/);
    expect(logged).toHaveBeenCalledOnce();
    expect(await saidBy(await press('origin_delays', { action: 'resume' }))).toContain('origin_delays was resumed.');
  });

  it('says that somebody was writing all the while', async () => {
    listenToLog();
    const other = await database.connect();
    await other.query('BEGIN; UPDATE flights SET delay = delay WHERE id = 1');
    const said = await saidBy(await press('origin_delays'), 409);
    await other.query('ROLLBACK');
    expect(said).toContain('Somebody was writing to the tables that it is made of all the while. Try again.');
    expect(await saidBy(await press('origin_delays'))).toContain('origin_delays was refreshed.');
  });

  it('waits while another transaction is refreshing it', async () => {
    const other = await database.connect();
    await other.query(`BEGIN; SELECT pgstream.refresh_stream_table('public.origin_delays')`);
    const pressed = press('origin_delays');
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    await other.query('COMMIT');
    expect(await saidBy(await pressed)).toContain('origin_delays was refreshed.');
  });

  it('says that rights are missing', async () => {
    listenToLog();
    const role = await testRole();
    await admin.query(
      `GRANT USAGE ON SCHEMA pgstream TO ${role.name}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${role.name}`,
    );
    const reader = await openSite(role.url(database.url));
    const response = await press('origin_delays', { at: reader.url, origin: reader.url });
    const said = await saidBy(response, 503);
    await reader.close();
    expect(said).toContain('origin_delays was not refreshed This page has no right to do that.');
  });

  it('is refused to the page of another site', async () => {
    await admin.query(AGED_SQL, ['origin_delays', '5 minutes']);
    for (const origin of ['https://elsewhere.example', 'null']) {
      expect((await press('origin_delays', { origin })).status).toBe(403);
    }
    expect(rowOf(await get('/admin'), 'origin_delays')).toContain('5 minutes ago stale');
  });
});

describe('GET /origin-delays', () => {
  it('gives rows of the stream table with those of the airports', async () => {
    const { rows } = await admin.query<{ text: string }>(`
      SELECT a.iata || ' ' || a.name || ' ' || a.city || ', ' || a.state || ' ' || to_char(d.flights, 'FM9,999') AS text
      FROM origin_delays d JOIN airports a ON a.iata = d.origin ORDER BY d.flights DESC, d.origin LIMIT 25`);
    const page = await get('/origin-delays');
    const texts = page
      .split('<tr>')
      .slice(2)
      .map((row) =>
        row
          .replaceAll(/<[^>]*>/g, ' ')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      );
    expect(texts).toHaveLength(25);
    rows.forEach(({ text }, index) =>
      expect(texts[index]?.replaceAll('&#39;', "'").replaceAll('&amp;', '&')).toContain(text),
    );
    expect(page).toMatch(/<p> ?\d+ airports, the busiest first\. As of (?:just now|\d+ seconds? ago)\. ?<\/p>/);
  });

  it('gives all of them by pages', async () => {
    const { rows } = await admin.query<{ origins: string[] }>('SELECT array_agg(origin) AS origins FROM origin_delays');
    const pages = [await get('/origin-delays'), await get('/origin-delays?page=2'), await get('/origin-delays?page=3')];
    const shown = pages.flatMap((page) => [...page.matchAll(/<th scope="row">(\w+)<\/th>/g)].map(([, iata]) => iata));
    expect(new Set(shown)).toEqual(new Set(rows[0]?.origins));
    expect(shown).toHaveLength(rows[0]?.origins.length ?? 0);
    expect(pages[0]).toContain('<a rel="next" href="/origin-delays?page=2">');
    expect(pages[0]).not.toContain('rel="prev"');
    expect(pages[1]).toContain('<a rel="prev" href="/origin-delays?page=1">');
    expect(pages[2]).not.toContain('rel="next"');
  });

  it.each(['0', '-1', '1.5', 'many', '999', ''])('has no page "%s"', async (page) => {
    expect(await get(`/origin-delays?page=${page}`, 404)).toContain('There is nothing at GET /origin-delays.');
  });
});

describe('every page', () => {
  it('shows text as text, whatever is in it', async () => {
    const attack = `<script>alert("1")</script> & 'more'`;
    const { rows } = await admin.query<{ name: string; iata: string }>(
      'SELECT name, iata FROM airports WHERE iata = (SELECT origin FROM origin_delays ORDER BY flights DESC LIMIT 1)',
    );
    await admin.query('UPDATE airports SET name = $1 WHERE iata = $2', [attack, rows[0]?.iata]);
    const page = await get('/origin-delays');
    await admin.query('UPDATE airports SET name = $1 WHERE iata = $2', [rows[0]?.name, rows[0]?.iata]);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;');
    for (const path of ['/<script>', '/admin?q=<script>', '/admin/tables/<script>/x', '/origin-delays?page=<script>']) {
      expect(await (await fetch(site.url + path)).text()).not.toContain('<script>');
    }
  });

  it('has no script, and lets none in', async () => {
    for (const path of ['/admin', '/origin-delays', '/nowhere']) {
      const response = await fetch(site.url + path);
      expect(await response.text()).not.toContain('<script');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self'/);
    }
  });

  it('says of what is not there that it is not there', async () => {
    expect(await get('/nowhere', 404)).toContain('<p>There is nothing at GET /nowhere.</p>');
  });

  it('tells nobody of an error that is nobody else’s business, but the log', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const role = await testRole();
    await admin.query(
      `GRANT USAGE ON SCHEMA pgstream TO ${role.name}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${role.name}`,
    );
    const without = await openSite(role.url(database.url));
    const response = await fetch(`${without.url}/origin-delays`);
    const page = await response.text();
    await without.close();
    expect(response.status).toBe(500);
    expect(page).toContain('Something went wrong here; it was logged.');
    expect(page).not.toMatch(/permission|denied|prisma/i);
    expect(logged).toHaveBeenCalledOnce();
  });

  it('has its style from here', async () => {
    const response = await fetch(`${site.url}/style.css`);
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await response.text()).toContain('prefers-color-scheme: dark');
  });
});
