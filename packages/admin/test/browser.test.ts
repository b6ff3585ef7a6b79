import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findChromium, inItsNames } from '@pgstream/harness';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mountAdmin } from '../src/index.ts';
import { toNodeHandler } from '../src/node.ts';
import { shop } from './shop.ts';

const executablePath = await findChromium();
const why = executablePath ? '' : ' (Debian’s chromium is not installed)';

/** A name that no proxy and no browser trusts: it is told of no Sec-Fetch-Site. */
const UNTRUSTED = 'ops.example';

/** Whatever axe has against a page, all its rules, with where. */
async function faultsOf(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run({ resultTypes: ['violations'] })`);
  return violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target }) => target.join(' ')) }));
}

describe.runIf(executablePath)(`in a browser${why}`, () => {
  const own = shop();
  let server: Server;
  let port: number;
  let browser: Browser;

  beforeAll(async () => {
    const admin = mountAdmin({
      pgstream: own.pgstream,
      basePath: '/admin',
      canAct: () => true,
      expected: ['sales'],
      onError: () => {},
    });
    server = createServer(toNodeHandler(admin));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    // Its sandbox does not start for root, as whom CI runs; it sees no page but ours.
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', `--host-resolver-rules=MAP *.example 127.0.0.1`],
    });
    await own.query(`
      INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, status, rows_inserted, error_message, initiated_by)
      SELECT pgs_id, at, at, at + n * interval '20 ms', 'DIFFERENTIAL', CASE WHEN n % 7 = 2 THEN 'FAILED' ELSE 'COMPLETED' END, n * 10,
             CASE WHEN n % 7 = 2 THEN 'division by zero' END, 'SCHEDULER'
      FROM generate_series(1, 60) n, LATERAL (SELECT now() - n * interval '1 minute' AS at) moment, pgstream.pgs_stream_tables`);
    await own.fail('region_totals', 3, 'division by zero');
    await own.age('region_top', '3 hours');
    await own.rename('nightly', 'margin_of_each_order_by_the_night_after_it_was_paid_for_in_full');
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function blank(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    return await context.newPage();
  }

  async function open(path: string, options: BrowserContextOptions & { readonly host?: string } = {}): Promise<Page> {
    const { host = '127.0.0.1', ...rest } = options;
    const page = await blank(rest);
    await page.goto(`http://${host}:${port}${path}`);
    return page;
  }

  const PAGES = {
    list: '/admin',
    'list after a button': '/admin?done=refresh&schema_of=public&name_of=order_totals',
    'stream table': '/admin/tables/public/order_totals',
    'suspended one': '/admin/tables/public/region_totals',
    graph: '/admin/graph',
    health: '/admin/health',
    'nothing there': '/admin/tables/public/orders',
  };

  describe.each([
    ['light', 1280],
    // What is left of 1280 at four times the size.
    ['dark', 320],
  ] as const)('%s, %i pixels wide', (colorScheme, width) => {
    it.each(Object.entries(PAGES))(
      '%s: axe finds nothing, nothing is cut off, and nothing is refused',
      async (_, path) => {
        const page = await blank({ colorScheme, viewport: { width, height: 800 } });
        const said: string[] = [];
        page.on('console', (message) => said.push(message.text()));
        page.on('requestfailed', (failed) => said.push(failed.url()));
        const response = await page.goto(`http://127.0.0.1:${port}${path}`);
        expect(said.filter((text) => response?.ok() || !text.includes('status of'))).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        const cutOff =
          await page.evaluate(`[...document.querySelectorAll('main *:not(.scroller *):not(.unseen):not(title):not(desc):not(option)')]
        .filter((element) => element.getBoundingClientRect().right > ${width} && !element.closest('thead')).map((element) => element.outerHTML)`);
        expect(cutOff).toEqual([]);
        expect(await faultsOf(page)).toEqual([]);
      },
    );
  });

  it('in forced colours: bars, boxes and marks are there', async () => {
    const page = await open('/admin', { forcedColors: 'active', colorScheme: 'dark' });
    const fills = await page.evaluate<string[]>(
      `['.strip .bar', '.strip .failed', '.strip .ground'].map((each) => getComputedStyle(document.querySelector(each)).fill)`,
    );
    expect(new Set(fills).size).toBe(3);
    expect(
      await page.evaluate(`getComputedStyle(document.querySelector('.needy > :first-child')).borderLeftWidth`),
    ).toBe('4px');
    await page.goto(`http://127.0.0.1:${port}/admin/graph`);
    const [fill, stroke] = await page.evaluate<string[]>(
      `(({ fill, stroke }) => [fill, stroke])(getComputedStyle(document.querySelector('.box rect')))`,
    );
    expect(fill).not.toBe(stroke);
  });

  it('rows that are cards are rows to a screen reader', async () => {
    const page = await open('/admin', { viewport: { width: 320, height: 800 } });
    const client = await page.context().newCDPSession(page);
    const { nodes } = await client.send('Accessibility.getFullAXTree');
    const of = (role: string): number => nodes.filter((node) => node.role?.value === role).length;
    // The head, one that is missing, and four; each with a name.
    expect({ table: of('table'), rows: of('row'), heads: of('rowheader'), columns: of('columnheader') }).toEqual({
      table: 1,
      rows: 6,
      heads: 5,
      columns: 6,
    });
  });

  it('everything can be reached and pressed by keyboard, and is seen to be', async () => {
    const page = await open('/admin');
    const focused = page.locator(':focus');
    const seen: string[] = [];
    do {
      await page.keyboard.press('Tab');
      seen.push(
        (await focused.getAttribute('aria-label')) ??
          (await focused.getAttribute('name')) ??
          (await focused.innerText()),
      );
      const outline = await page.evaluate(
        `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`,
      );
      expect({ at: seen.at(-1), outline }).toEqual({ at: seen.at(-1), outline: 'solid 2px' });
    } while (seen.length < 60 && seen.at(-1) !== 'Refresh order_totals');
    expect(seen.slice(0, 5)).toEqual(['Skip to the content', 'Stream tables', 'Tables', 'Graph', 'Health']);
    expect(seen.slice(-4)).toEqual([
      'reports.region_top',
      'Refresh reports.region_top',
      'order_totals',
      'Refresh order_totals',
    ]);
    await page.keyboard.press('Enter');
    expect(await page.getByRole('status').innerText()).toBe('order_totals was refreshed.');
  });

  it('the first key leads past what is the same on each page', async () => {
    const page = await open('/admin/tables/public/order_totals');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator('main :focus').innerText()).toBe('Tables');
  });

  it('without scripts: searches, sorts, leads to a stream table, and its buttons work', async () => {
    const page = await open('/admin', { javaScriptEnabled: false });
    await page.getByRole('searchbox').fill('totals');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['region_totals', 'order_totals']);
    await page.getByRole('link', { name: 'Name' }).click();
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['order_totals', 'region_totals']);
    await page.getByRole('button', { name: 'Refresh order_totals' }).click();
    expect(await page.getByRole('status').innerText()).toBe('order_totals was refreshed.');
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(['order_totals', 'region_totals']);

    await page.getByRole('link', { name: 'order_totals' }).click();
    await page.getByRole('button', { name: 'Suspend order_totals' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/^order_totals\s+suspended$/);
    await page.getByRole('button', { name: 'Refresh order_totals' }).click();
    expect(await page.getByRole('alert').innerText()).toMatch(/^It is suspended, .* SUSPENDED/);
    await page.getByRole('link', { name: 'Look at order_totals' }).click();
    await page.getByRole('button', { name: 'Resume order_totals' }).click();
    expect(await page.getByRole('status').innerText()).toBe('order_totals was resumed.');
    // A box of the drawing is a link.
    await page.getByRole('group').getByRole('link', { name: 'region_totals' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/^region_totals/);
  });

  it('loading a page again presses nothing', async () => {
    const page = await open('/admin/tables/public/order_totals', { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Refresh order_totals' }).click();
    await own.age('order_totals', '3 minutes');
    await page.reload();
    expect(await page.locator('.facts').innerText()).toContain('3 minutes ago');
  });

  it.each([['127.0.0.1'], [UNTRUSTED]])(
    'a button works at http://%s, and a form of another site does not',
    async (host) => {
      const page = await open('/admin/tables/public/order_totals', { host });
      const sent: Record<string, string>[] = [];
      page.on('request', (asked) => {
        if (asked.method() === 'POST') void asked.allHeaders().then((headers) => sent.push(headers));
      });
      await page.getByRole('button', { name: 'Refresh order_totals' }).click();
      expect(await page.getByRole('status').innerText()).toBe('order_totals was refreshed.');
      expect(sent.map((headers) => [headers['origin'], headers['sec-fetch-site']])).toEqual([
        [`http://${host}:${port}`, host === UNTRUSTED ? undefined : 'same-origin'],
      ]);

      await own.age('order_totals', '2 hours');
      await page.route('http://elsewhere.example/', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<form method="post" action="http://${host}:${port}/admin/tables/public/order_totals/refresh"><button>Win</button></form>`,
        }),
      );
      await page.goto('http://elsewhere.example/');
      await page.getByRole('button', { name: 'Win' }).click();
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Refused');
      expect(
        await own.query(
          inItsNames(
            `SELECT now() - last_refresh_at > '1 hour' AS old FROM pgstream.pgs_stream_tables WHERE pgs_name = 'order_totals'`,
          ),
        ),
      ).toEqual([{ old: true }]);
    },
  );

  it('a page in a frame of another site is not shown', async () => {
    const elsewhere = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<iframe src="http://127.0.0.1:${port}/admin"></iframe>`);
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const page = await blank();
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    const framed = page.frames().map((frame) => frame.url());
    elsewhere.closeAllConnections();
    elsewhere.close();
    expect(framed).toEqual([expect.stringContaining('127.0.0.1'), 'chrome-error://chromewebdata/']);
  });
});
