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

async function get(path: string, status = 200): Promise<string> {
  const response = await fetch(site.url + path);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  return inOneLine(await response.text());
}

/** As a browser sends a form of this page. */
function press(
  table: string,
  headers: Record<string, string> = { Origin: site.url },
  action: 'refresh' | 'resume' = 'refresh',
): Promise<Response> {
  return fetch(`${site.url}/stream-tables/public/${table}/${action}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });
}

function inOneLine(page: string): string {
  return page.replaceAll(/\s+/g, ' ');
}

/** The page that a pressed button leads to. */
async function whereItLeads(response: Response): Promise<string> {
  expect(response.status).toBe(303);
  return await get(response.headers.get('location') ?? '');
}

/** The row of a stream table. */
function markupOf(page: string, table: string): string {
  return page.split('<tr').find((each) => new RegExp(`<th scope="row">(?:<a [^>]*>)?\\s*${table}\\b`).test(each)) ?? '';
}

/** The same as text. */
function rowOf(page: string, table: string): string {
  return markupOf(page, table)
    .replace(/^[^>]*>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

afterEach(async () => {
  for (const table of ['origin_delays', 'state_delays']) {
    await admin.query('SELECT pgstream.refresh_stream_table($1)', [`public.${table}`]);
  }
});

async function whileSuspended(work: () => Promise<void>): Promise<void> {
  await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
  try {
    await work();
  } finally {
    await admin.query(`SELECT pgstream.resume_stream_table('public.origin_delays')`);
  }
}

describe('GET /', () => {
  it.each([
    { age: '0', said: /(?:just now|1 second ago|[2-9] seconds ago) fresh/ },
    { age: '30 seconds', said: /3\d seconds ago fresh/ },
    { age: '1 minute 30 seconds', said: /1 minute ago stale/ },
    { age: '2 minutes', said: /2 minutes ago stale/ },
    { age: '3 hours', said: /3 hours ago stale/ },
    { age: '50 hours', said: /2 days ago stale/ },
  ])('tells how old a stream table is, and whether that is too old: $age', async ({ age, said }) => {
    await admin.query(AGED_SQL, ['origin_delays', age]);
    const row = rowOf(await get('/'), 'origin_delays');
    expect(row).toMatch(/^origin_delays active /);
    expect(row).toMatch(said);
    expect(row).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC 1m Refresh$/);
  });

  it('gives the instant of the last refresh to machines, too', async () => {
    const { rows } = await admin.query<{ at: Date }>(
      `SELECT date_trunc('milliseconds', last_refresh_at) AS at FROM pgstream.pgs_stream_tables WHERE pgs_name = 'state_delays'`,
    );
    expect(await get('/')).toContain(`<time datetime="${rows[0]?.at.toISOString()}">`);
  });

  it('says where a schedule gives no bound', async () => {
    await admin.query(`SELECT pgstream.alter_stream_table('public.state_delays', schedule => '0 3 * * *')`);
    expect(rowOf(await get('/'), 'state_delays')).toMatch(
      /ago no bound .* UTC 0 3 \* \* \* Refresh$|just now no bound/,
    );
    await admin.query(`SELECT pgstream.alter_stream_table('public.state_delays', schedule => '1m')`);
  });

  it('shows one that somebody has suspended, with a button to resume it', async () => {
    await whileSuspended(async () => {
      expect(rowOf(await get('/'), 'origin_delays')).toMatch(
        /^origin_delays suspended By somebody\. It is not refreshed until it is resumed\. .* Resume Refresh$/,
      );
    });
    expect(rowOf(await get('/'), 'origin_delays')).not.toContain('Resume');
  });

  it('says why one was suspended by the extension', async () => {
    await admin.query(`
      INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, status, error_message, initiated_by)
      SELECT pgs_id, now(), now(), now(), 'DIFFERENTIAL', 'FAILED', 'division by zero', 'SCHEDULER'
      FROM pgstream.pgs_stream_tables WHERE pgs_name = 'origin_delays'`);
    await admin.query(`
      UPDATE pgstream.pgs_stream_tables SET status = 'SUSPENDED', consecutive_errors = 3 WHERE pgs_name = 'origin_delays'`);
    const page = await get('/');
    await admin.query(`SELECT pgstream.resume_stream_table('public.origin_delays')`);
    expect(rowOf(page, 'origin_delays')).toContain('suspended Its last 3 refreshes failed: division by zero');
  });

  it('shows one that is gone, and the others', async () => {
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET pgs_name = 'moved' WHERE pgs_name = 'origin_delays'`);
    const [page, rows] = [await get('/'), await get('/origin-delays', 410)];
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET pgs_name = 'origin_delays' WHERE pgs_name = 'moved'`);
    expect(rowOf(page, 'origin_delays')).toMatch(/^origin_delays missing It is not in the database: /);
    expect(rowOf(page, 'state_delays')).toContain('fresh');
    expect(rowOf(page, 'moved')).toContain('active');
    expect(rows).toContain('the stream table behind this page is gone');
  });

  it('tells what is wrong with the database as a whole, and what to do', async () => {
    const page = await get('/');
    expect(page).toMatch(/For whoever manages the database:.*No scheduler of pg_\w+ is running .* refreshAll/);
    const scheduler = await database.connect({ application_name: inItsNames('pg_stream scheduler') });
    expect(await get('/')).not.toContain('No scheduler');
    await scheduler.end();
  });

  it('lists every stream table of the database, those of other schemas by their full name', async () => {
    await admin.query('CREATE SCHEMA reports');
    await admin.query(
      `SELECT pgstream.create_stream_table('reports.late', 'SELECT id FROM public.flights WHERE delay > 60', '5m')`,
    );
    const page = await get('/');
    const refreshed = await fetch(`${site.url}/stream-tables/reports/late/refresh`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: site.url, 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    const then = await whereItLeads(refreshed);
    await admin.query(`SELECT pgstream.drop_stream_table('reports.late')`);
    expect(rowOf(page, 'reports.late')).toMatch(/^reports\.late active .* 5m Refresh$/);
    expect(then).toContain('<b>reports.late</b> was refreshed.');
  });

  it('counts those that need somebody, and lets them stand out', async () => {
    expect(await get('/')).toContain('All 2 are in order.');
    await admin.query(AGED_SQL, ['state_delays', '5 minutes']);
    const page = await get('/');
    expect(page).toMatch(/<b class="bad-text">1 of 2<\/b> needs somebody\./);
    expect(markupOf(page, 'state_delays')).toMatch(/^ class="needy"/);
    expect(markupOf(page, 'origin_delays')).not.toContain('needy');
  });

  it('says when it was made', async () => {
    const before = Date.now();
    const made = /<footer>As of\s+<time datetime="(?<at>[^"]+)">/.exec(await get('/'))?.groups?.['at'] ?? '';
    expect(Date.parse(made)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(made)).toBeLessThanOrEqual(Date.now());
  });
});

describe('a button', () => {
  it('refreshes, and leads to a page that says so', async () => {
    await admin.query(AGED_SQL, ['origin_delays', '5 minutes']);
    await admin.query(
      `INSERT INTO flights (scheduled_at, origin, destination, delay, distance) VALUES (now(), 'SFO', 'JFK', 95, 2586)`,
    );
    const page = await whereItLeads(await press('origin_delays'));
    expect(page).toContain('<p class="message" role="status"><b>origin_delays</b> was refreshed.</p>');
    expect(rowOf(page, 'origin_delays')).toMatch(/(?:just now|seconds? ago) fresh/);
    const { rows } = await admin.query(`
      SELECT flights = (SELECT count(*) FROM flights WHERE origin = 'SFO') AS seen FROM origin_delays WHERE origin = 'SFO'`);
    expect(rows).toEqual([{ seen: true }]);
  });

  it('resumes what is suspended', async () => {
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
    const page = await whereItLeads(await press('origin_delays', undefined, 'resume'));
    expect(page).toContain('<p class="message" role="status"><b>origin_delays</b> was resumed.</p>');
    expect(rowOf(page, 'origin_delays')).toMatch(/^origin_delays active /);
  });

  it('says what is in the way, in words for whoever runs the service, and the server’s to the log', async () => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const other = await database.connect();
    await other.query('BEGIN; UPDATE flights SET delay = delay WHERE id = 1');
    const page = await whereItLeads(await press('origin_delays'));
    await other.query('ROLLBACK');
    expect(page).toContain('<p class="message problem" role="alert"><b>origin_delays</b> was not refreshed. ');
    expect(page).toContain('Somebody was writing to the tables that it is made of all the while. Try again.');
    expect(page).not.toMatch(/lockTimeoutMs|ifBusy|timeoutMs|SOURCES_BUSY/);
    expect(logged).toHaveBeenCalledOnce();
    expect((await press('origin_delays')).status).toBe(303);
  });

  it('waits while another transaction is refreshing it', async () => {
    const other = await database.connect();
    await other.query(`BEGIN; SELECT pgstream.refresh_stream_table('public.origin_delays')`);
    const pressed = press('origin_delays');
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    await other.query('COMMIT');
    expect(await whereItLeads(await pressed)).toContain('<b>origin_delays</b> was refreshed.');
  });

  it.each([
    ['is suspended', 'refresh', /was not refreshed\. It is suspended/],
    ['is resumed already', 'resume', /was not resumed\. It is suspended, or was resumed in the meantime\./],
  ] as const)('says that it %s', async (_, action, said) => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const look = async (): Promise<void> => {
      expect(await whereItLeads(await press('origin_delays', undefined, action))).toMatch(said);
    };
    await (action === 'refresh' ? whileSuspended(look) : look());
  });

  it('says that rights are missing', async () => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const role = await testRole();
    await admin.query(
      `GRANT USAGE ON SCHEMA pgstream TO ${role.name}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${role.name}`,
    );
    const reader = await openSite(role.url(database.url));
    const response = await fetch(`${reader.url}/stream-tables/public/origin_delays/refresh`, {
      method: 'POST',
      headers: { Origin: reader.url, 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    const page = inOneLine(await response.text());
    await reader.close();
    expect(page).toContain('was not refreshed. This page has no right to do that.');
  });

  it('says that what it belongs to is not there any more', async () => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    expect(await whereItLeads(await press('flights'))).toContain(
      '<b>A stream table</b> was not refreshed. It is not in the database any more',
    );
  });

  it('is refused to the page of another site', async () => {
    await admin.query(AGED_SQL, ['origin_delays', '5 minutes']);
    for (const origin of ['https://elsewhere.example', 'null']) {
      const response = await press('origin_delays', { Origin: origin });
      expect(response.status).toBe(403);
      expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    }
    expect(rowOf(await get('/'), 'origin_delays')).toContain('5 minutes ago stale');
  });

  it('is nothing to load by its address', async () => {
    expect(await get('/stream-tables/public/origin_delays/refresh', 404)).toContain('There is nothing at GET');
  });

  it.each([
    '/?table=origin_delays&action=refresh&problem=constructor',
    '/?table=origin_delays&action=drop',
    '/?action=refresh',
  ])('makes nothing of an address that it does not lead to: %s', async (path) => {
    expect(await get(path)).not.toMatch(/role="(?:status|alert)"/);
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
    for (const path of ['/<script>', '/?table=<script>&action=refresh', '/origin-delays?page=<script>']) {
      expect(await (await fetch(site.url + path)).text()).not.toContain('<script>');
    }
  });

  it('has one script of its own, and lets none in', async () => {
    for (const path of ['/', '/origin-delays', '/nowhere']) {
      const response = await fetch(site.url + path);
      expect((await response.text()).match(/<script[^>]*>/g)).toEqual(['<script src="/progress.js" defer>']);
      expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none';.*script-src 'self'(?:;|$)/);
    }
    expect((await fetch(`${site.url}/progress.js`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
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
