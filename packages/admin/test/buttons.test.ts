import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { testRole } from '@pgstream/harness';
import { Pool } from 'pg';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Admin, type AdminOptions, mountAdmin } from '../src/index.ts';
import { get, press, SITE, whereItLeads } from './asking.ts';
import { rowOf, shop, textOf } from './shop.ts';

const own = shop();
const TABLE = '/admin/tables/public/order_totals';
let admin: Admin;

function mount(options: Partial<AdminOptions> = {}): Admin {
  return mountAdmin({ pgstream: own.pgstream, basePath: '/admin', canAct: () => true, onError: () => {}, ...options });
}

beforeAll(() => {
  admin = mount();
});
afterEach(async () => {
  await own.query(`UPDATE pgstream.pgs_stream_tables SET status = 'ACTIVE', consecutive_errors = 0`);
});

const statusOf = async (): Promise<string> => (await own.pgstream.table('order_totals').status()).status;
const isOld = async (): Promise<boolean> => await own.pgstream.table('order_totals').isStale({ maxAgeMs: 3_600_000 });

describe('a button', () => {
  it('refreshes, and leads to a page that says so', async () => {
    await own.query(`INSERT INTO orders VALUES (2, 7, 0.5)`);
    const page = await whereItLeads(admin, await press(admin, `${TABLE}/refresh`));
    expect(textOf(page)).toContain('order_totals was refreshed.');
    expect(page).toContain('<p class="message good" role="status">');
    // Not of some time ago, when one looks again.
    expect(page).toContain(`<a href="${TABLE}">Look again</a>`);
    expect(await own.query('SELECT total::text FROM order_totals')).toEqual([{ total: '10.0' }]);
  });

  it('of the list leads back to the list as it was', async () => {
    const list = await get(admin, '/admin?q=totals&sort=-age');
    const [, address = ''] = /action="([^"]*order_totals\/refresh[^"]*)"/.exec(list) ?? [];
    const response = await press(admin, address.replaceAll('&amp;', '&'));
    expect(response.headers.get('location')).toBe(
      '/admin?q=totals&sort=-age&done=refresh&schema_of=public&name_of=order_totals',
    );
    const page = await whereItLeads(admin, response);
    expect(textOf(page)).toContain('order_totals was refreshed.');
    expect(page).toContain('<a href="/admin?q=totals&amp;sort=-age">Look again</a>');
  });

  it('suspends and resumes', async () => {
    expect(await get(admin, TABLE)).not.toContain(`${TABLE}/resume`);
    const suspended = await whereItLeads(admin, await press(admin, `${TABLE}/suspend`));
    expect(textOf(suspended)).toContain('order_totals was suspended.');
    expect(suspended).toContain(`action="${TABLE}/resume"`);
    expect(suspended).not.toContain(`action="${TABLE}/suspend"`);
    expect(await statusOf()).toBe('SUSPENDED');
    expect(textOf(await whereItLeads(admin, await press(admin, `${TABLE}/resume`)))).toContain(
      'order_totals was resumed.',
    );
    expect(await statusOf()).toBe('ACTIVE');
  });

  it.each([
    [
      'suspended',
      'refresh',
      409,
      'order_totals was not refreshed It is suspended, or was resumed in the meantime. Look at its status. SUSPENDED',
    ],
    [
      'not suspended',
      'resume',
      409,
      'order_totals was not resumed It is suspended, or was resumed in the meantime. Look at its status. SUSPENDED',
    ],
  ])('of one that is %s says by a page that it does not %s', async (state, action, status, said) => {
    if (state === 'suspended') await own.pgstream.table('order_totals').suspend();
    const errors: unknown[] = [];
    const response = await press(mount({ onError: (error) => errors.push(error) }), `${TABLE}/${action}`);
    expect(response.status).toBe(status);
    const page = await response.text();
    expect(textOf(page)).toContain(said);
    expect(page).toContain('role="alert"');
    expect(page).toContain(`<a href="${TABLE}">Look at`);
    expect(page).toContain(`<a href="${TABLE}">Look again</a>`);
    expect(errors).toHaveLength(1);
  });

  it('says who is in the way: somebody who writes', async () => {
    const other = await own.connect();
    await other.query('BEGIN; UPDATE orders SET amount = amount WHERE id = 1');
    const response = await press(mount({ refresh: { lockTimeoutMs: 50 } }), `${TABLE}/refresh`);
    await other.query('ROLLBACK');
    expect(response.status).toBe(409);
    expect(textOf(await response.text())).toContain(
      'Somebody was writing to the tables that it is made of all the while. Try again. SOURCES_BUSY',
    );
  });

  it('tells the log of an error, and of nobody’s cookies', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    await own.pgstream.table('order_totals').suspend();
    await press(mount({ onError: undefined }), `${TABLE}/refresh`, { origin: SITE, cookie: 'session=sesame' });
    expect(logged.mock.calls).toEqual([[expect.objectContaining({ code: 'SUSPENDED' })]]);
  });

  it('of a stream table that is gone says that it is', async () => {
    const response = await press(admin, '/admin/tables/public/orders/refresh');
    expect(response.status).toBe(404);
    expect(textOf(await response.text())).toContain('orders was not refreshed There is no stream table of that name');
  });

  it('says to whom rights are missing, and which', async () => {
    const role = await testRole();
    await own.query(
      `GRANT USAGE ON SCHEMA pgstream TO ${role.name}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${role.name}`,
    );
    const pool = new Pool({ connectionString: role.url(own.url) });
    onTestFinished(() => pool.end());
    const response = await press(mount({ pgstream: createPgStream(fromPg(pool)) }), `${TABLE}/refresh`);
    expect(response.status).toBe(503);
    expect(textOf(await response.text())).toContain('This page has no right to do that.');
  });

  it.each(['?done=drop', '?done=<script>', '?done=constructor'])(
    'makes nothing of an address that none leads to: %s',
    async (query) => {
      for (const path of ['/admin', TABLE])
        expect(await get(admin, path + query)).not.toMatch(/role="(?:status|alert)"|<script/);
    },
  );

  it('leads from a path of somebody else’s host to none of its pages', async () => {
    const whole = mountAdmin({ pgstream: own.pgstream });
    expect(await get(whole, '//elsewhere.example/graph', 404)).not.toContain('elsewhere');
  });

  it('has an address of its own that says nothing of a name that is not there', async () => {
    const page = await get(admin, '/admin?done=refresh&schema_of=public&name_of=Call+0900+%3Cb%3E');
    expect(textOf(page)).toContain('A stream table was refreshed.');
    expect(page).not.toContain('0900');
  });
});

describe('who may press', () => {
  it('is nobody by default: no page has a button, and a request is refused', async () => {
    const reading = mountAdmin({ pgstream: own.pgstream, basePath: '/admin' });
    await own.age('order_totals', '2 hours');
    for (const path of ['/admin', TABLE]) {
      const page = await get(reading, path);
      expect(page).not.toContain('method="post"');
      expect(textOf(page)).toContain('Read-only');
    }
    const response = await press(reading, `${TABLE}/refresh`);
    expect(response.status).toBe(403);
    expect(textOf(await response.text())).toContain('You may look at this, and not change it. Nothing was done.');
    expect(await isOld()).toBe(true);
  });

  it('is who canAct lets, asked each time with the request and what came with it', async () => {
    const asked: unknown[] = [];
    const guarded = mount({
      canAct(request, from) {
        asked.push([request.method, from]);
        return Promise.resolve(request.headers.get('x-user') === 'ada');
      },
    });
    const from = { user: 'ada' };
    const page = (user: string) => guarded.fetch(new Request(SITE + TABLE, { headers: { 'x-user': user } }), from);
    expect(await (await page('ada')).text()).toContain('method="post"');
    expect(await (await page('bob')).text()).not.toContain('method="post"');
    expect((await press(guarded, `${TABLE}/refresh`, { origin: SITE, 'x-user': 'bob' })).status).toBe(403);
    expect((await press(guarded, `${TABLE}/refresh`, { origin: SITE, 'x-user': 'ada' })).status).toBe(303);
    expect(asked).toEqual([
      ['GET', from],
      ['GET', from],
      ['POST', undefined],
      ['POST', undefined],
    ]);
  });

  it.each(['yes', 1, {}, undefined, null])('is not who canAct answers %s for', async (answer) => {
    const response = await press(mount({ canAct: () => answer as boolean }), `${TABLE}/refresh`);
    expect(response.status).toBe(403);
  });

  it('is nobody where canAct fails', async () => {
    await own.age('order_totals', '2 hours');
    const failing = mount({ canAct: () => Promise.reject(new Error('The directory is down.')) });
    expect((await press(failing, `${TABLE}/refresh`)).status).toBe(500);
    expect(await isOld()).toBe(true);
  });

  it('cannot refresh one that another program refreshes: it has no such button', async () => {
    const status = await own.pgstream.table('order_totals').status();
    const external = mount({
      pgstream: { ...own.pgstream, list: () => Promise.resolve([{ ...status, orchestration: 'EXTERNAL' }]) },
    });
    expect(rowOf(await get(external, '/admin'), 'order_totals')).not.toContain('Refresh');
  });
});

describe('a request that changes something', () => {
  const REFUSED = 'This did not come from a page of this site, so nothing was done.';

  it.each([
    ['a page of another site', { origin: 'https://elsewhere.example' }],
    ['a page of another site, by what the browser says', { origin: SITE, 'sec-fetch-site': 'cross-site' }],
    ['a page of a neighbour', { origin: SITE, 'sec-fetch-site': 'same-site' }],
    ['an address that was typed', { 'sec-fetch-site': 'none' }],
    ['a page that hides where it is', { origin: 'null' }],
    ['another port', { origin: `${SITE}:8080` }],
    ['a name that only begins like it', { origin: `${SITE}.elsewhere.example` }],
    ['what is no browser', {}],
  ])('is refused from %s', async (_, headers) => {
    await own.age('order_totals', '2 hours');
    const response = await press(admin, `${TABLE}/refresh`, headers);
    expect(response.status).toBe(403);
    expect(textOf(await response.text())).toContain(REFUSED);
    expect(await isOld()).toBe(true);
  });

  it.each([
    [
      'by what the browser says, whatever a proxy made of the host',
      { 'sec-fetch-site': 'same-origin', origin: 'https://outside.example' },
    ],
    ['by its origin, where the browser says no more', { origin: SITE }],
    ['by its origin, behind what takes https off', { origin: 'https://ops.example' }],
  ])('is taken from a page of its own: %s', async (_, headers) => {
    expect((await press(admin, `${TABLE}/refresh`, headers)).status).toBe(303);
  });

  it('is taken from the origin that is said, and from no other', async () => {
    const outside = mount({ origin: 'https://outside.example/' });
    const from = async (headers: Record<string, string>) => (await press(outside, `${TABLE}/refresh`, headers)).status;
    expect(await from({ origin: 'https://outside.example' })).toBe(303);
    expect(await from({ origin: 'https://outside.example', 'sec-fetch-site': 'same-origin' })).toBe(303);
    expect(await from({ origin: 'https://outside.example', 'sec-fetch-site': 'cross-site' })).toBe(403);
    // A name of somebody else that was made to lead here.
    expect(await from({ origin: SITE, 'sec-fetch-site': 'same-origin' })).toBe(403);
    expect(await from({ origin: 'http://outside.example' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'same-origin' })).toBe(403);
  });

  it('is a POST', async () => {
    await own.age('order_totals', '2 hours');
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await admin.fetch(new Request(`${SITE}${TABLE}/refresh`, { method, headers: { origin: SITE } }));
      expect({ method, status: response.status, allow: response.headers.get('allow') }).toEqual({
        method,
        status: 405,
        allow: 'POST',
      });
    }
    expect(await isOld()).toBe(true);
    const response = await press(admin, TABLE);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('leads nowhere else, whatever is in the address', async () => {
    const response = await press(
      admin,
      `${TABLE}/refresh?from=list&q=%0d%0aSet-Cookie:x=1&schema=//elsewhere.example&page=https://elsewhere.example`,
    );
    expect(response.headers.get('location')).toBe(
      '/admin?q=Set-Cookie%3Ax%3D1&schema=%2F%2Felsewhere.example&done=refresh&schema_of=public&name_of=order_totals',
    );
    expect(response.headers.get('set-cookie')).toBe(null);
  });
});

describe('every answer', () => {
  it('forbids scripts, frames and everything from elsewhere, and is kept by nobody', async () => {
    const answers = [
      await admin.fetch(new Request(`${SITE}/admin`)),
      await admin.fetch(new Request(`${SITE}${TABLE}`)),
      await admin.fetch(new Request(`${SITE}/nowhere`)),
      await press(admin, `${TABLE}/refresh`),
      await press(admin, `${TABLE}/refresh`, {}),
    ];
    for (const response of answers) {
      expect(response.headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      });
      expect(await response.text()).not.toMatch(/<script|style="| on\w+="|javascript:/);
    }
  });

  it('to HEAD has no body, and the same status', async () => {
    for (const [path, status] of [
      ['/admin', 200],
      ['/nowhere', 404],
    ] as const) {
      const response = await admin.HEAD(new Request(SITE + path, { method: 'HEAD' }));
      expect([response.status, await response.text()]).toEqual([status, '']);
    }
  });

  it('of style and icon may be kept, and is not sent again to who has it', async () => {
    const page = await get(admin, '/admin');
    const style = /href="([^"]*style\.css[^"]*)"/.exec(page)?.[1] ?? '';
    for (const [path, type] of [
      [style, 'text/css; charset=utf-8'],
      ['/admin/icon.svg', 'image/svg+xml'],
    ] as const) {
      const response = await admin.fetch(new Request(SITE + path));
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const etag = response.headers.get('etag') ?? '';
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const again = await admin.fetch(new Request(SITE + path, { headers: { 'if-none-match': known } }));
        expect([again.status, await again.text()]).toEqual([304, '']);
      }
      expect((await admin.fetch(new Request(SITE + path, { headers: { 'if-none-match': '"other"' } }))).status).toBe(
        200,
      );
    }
  });
});

describe('options', () => {
  it.each(['admin', '//elsewhere.example', '/a//b', '/../x', '/a b', '/a?b', 'https://ops.example/admin', '/a/.', 7])(
    'of a base path that is none are refused: %s',
    (basePath) => {
      expect(() => mount({ basePath: basePath as string })).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('basePath must be a path') as string,
        }),
      );
    },
  );

  it.each([
    ['', ''],
    ['/', ''],
    ['/admin/', '/admin'],
    ['/a/b-c.d', '/a/b-c.d'],
  ])('of the base path %j mean %j', (basePath, meant) => {
    expect(mount({ basePath }).basePath).toBe(meant);
  });

  it.each(['ops.example', 'https://ops.example/admin', 'null', 'file:///x', 'https://ops.example?x', ''])(
    'of an origin that is none are refused: %s',
    (origin) => {
      expect(() => mount({ origin })).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('origin must be a scheme and a host') as string,
        }),
      );
    },
  );
});
