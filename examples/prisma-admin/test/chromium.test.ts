import { findChromium, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { textsOfLittleContrast } from './contrast.ts';
import { AGED_SQL, load, openSite, type Site } from './site.ts';

const executablePath = await findChromium();

const why = executablePath ? '' : ' (Debian’s chromium is not installed)';

describe.runIf(executablePath)(`in a browser${why}`, () => {
  const database = testDatabase();
  let admin: Client;
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    admin = await database.connect();
    await load(database.url);
    site = await openSite(database.url);
    // Its sandbox does not start for root, as whom CI runs; it sees no page but ours.
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  /** The page, in a browser without scripts unless it is told. */
  async function open(path = '/', { javaScriptEnabled = false } = {}): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(site.url + path);
    return page;
  }

  it('pressing the button makes a stale stream table fresh', async () => {
    await admin.query(AGED_SQL, ['origin_delays', '2 minutes']);
    const page = await open();
    const row = rowOf(page, 'origin_delays');
    expect(await row.innerText()).toMatch(/2 minutes ago\s+stale/);
    await row.getByRole('button', { name: 'Refresh origin_delays' }).click();

    expect(await page.getByRole('status').innerText()).toBe('origin_delays was refreshed.');
    expect(await row.innerText()).toMatch(/(?:just now|seconds? ago)\s+fresh/);
  });

  it('loading the page again refreshes nothing', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Refresh state_delays' }).click();
    await admin.query(AGED_SQL, ['state_delays', '3 minutes']);
    await page.reload();
    expect(await rowOf(page, 'state_delays').innerText()).toMatch(/3 minutes ago\s+stale/);
  });

  it('a refresh that is refused says why, and the way out is a button', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const page = await open();
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
    await page.getByRole('button', { name: 'Refresh origin_delays' }).click();
    expect(await page.getByRole('heading').innerText()).toBe('origin_delays was not refreshed');
    expect(await page.getByRole('alert').innerText()).toMatch(/^It is suspended/);
    await page.getByRole('link', { name: 'All stream tables' }).click();
    expect(await rowOf(page, 'origin_delays').innerText()).toContain('suspended');

    await page.getByRole('button', { name: 'Resume origin_delays' }).click();
    expect(await page.getByRole('status').innerText()).toBe('origin_delays was resumed.');
    await page.getByRole('button', { name: 'Refresh origin_delays' }).click();
    expect(await page.getByRole('status').innerText()).toBe('origin_delays was refreshed.');
  });

  it('the rows of a stream table, page by page', async () => {
    const page = await open('/origin-delays');
    expect(await page.getByRole('heading').innerText()).toBe('Delays by airport');
    const first = await page.getByRole('rowheader').first().innerText();
    await page.getByRole('link', { name: 'Next' }).click();
    expect(await page.getByText(/^Page/).innerText()).toMatch(/^Page 2 of \d$/);
    expect(await page.getByRole('rowheader').first().innerText()).not.toBe(first);
    await page.getByRole('link', { name: 'Stream tables' }).click();
    expect(await page.getByRole('heading').innerText()).toBe('Stream tables');
  });

  describe.each([
    ['light', 400],
    ['light', 1280],
    ['dark', 400],
    ['dark', 1280],
  ] as const)('%s, %i pixels wide', (colorScheme, width) => {
    let page: Page;
    beforeAll(async () => {
      page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    });
    afterAll(() => page.close());

    it.each(['/origin-delays', '/nowhere'])('%s fits, nothing is cut off, and it can be read', async (path) => {
      await page.goto(site.url + path);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const cells = await page.locator('main td, main th, main p').all();
      const boxes = await Promise.all(cells.map((cell) => cell.boundingBox()));
      // Those of the head have no box where the rows are cards.
      const shown = boxes.filter((box) => box !== null);
      expect(shown).not.toEqual([]);
      expect(shown.filter((box) => box.x + box.width > width)).toEqual([]);
      expect(await page.evaluate(textsOfLittleContrast)).toEqual([]);
    });
  });
});

function rowOf(page: Page, table: string): Locator {
  return page.getByRole('row').filter({ hasText: table });
}
