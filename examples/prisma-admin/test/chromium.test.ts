import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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

  it('a refresh that is refused says why, at an address that can be loaded again, and the way out is a button', async () => {
    const page = await open();
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
    await page.getByRole('button', { name: 'Refresh origin_delays' }).click();
    expect(await page.getByRole('alert').innerText()).toMatch(/^origin_delays was not refreshed\. .*suspended/i);
    await page.reload();
    expect(await rowOf(page, 'origin_delays').innerText()).toContain('suspended');

    await page.getByRole('button', { name: 'Resume origin_delays' }).click();
    expect(await page.getByRole('status').innerText()).toBe('origin_delays was resumed.');
    await page.getByRole('button', { name: 'Refresh origin_delays' }).click();
    expect(await page.getByRole('status').innerText()).toBe('origin_delays was refreshed.');
  });

  it('a pressed button says that it is at work, moves nothing, and is not pressed twice', async () => {
    const other = await database.connect();
    await other.query('BEGIN; UPDATE flights SET delay = delay WHERE id = 1');
    const page = await open('/', { javaScriptEnabled: true });
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    // Noted by the page itself: while another one is on its way, Playwright waits for that.
    await page.addInitScript(noteWhatIsAtWork);
    await page.reload();
    const height = (await rowOf(page, 'origin_delays').boundingBox())?.height;
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Refresh origin_delays' }).evaluate((element) => {
      const button = element as unknown as { click(): void };
      button.click();
      button.click();
    });
    await other.query('COMMIT');
    await answered;
    expect(await page.getByRole('status').innerText()).toBe('origin_delays was refreshed.');
    expect(await page.evaluate(`sessionStorage.getItem('at work')`)).toBe(`Refreshing …, ${height} pixels high`);
    expect(sent).toHaveLength(1);
  });

  it('columns stay where they are, whatever is in them', async () => {
    const page = await open();
    const columns = async (): Promise<(number | undefined)[]> =>
      await Promise.all(
        (await page.getByRole('columnheader').all()).map(async (each) => (await each.boundingBox())?.x),
      );
    const before = await columns();
    await admin.query(`SELECT pgstream.alter_stream_table('public.origin_delays', status => 'SUSPENDED')`);
    await page.reload();
    const meanwhile = await columns();
    await admin.query(`SELECT pgstream.resume_stream_table('public.origin_delays')`);
    expect(before).toHaveLength(6);
    expect(meanwhile).toEqual(before);
  });

  it('everything can be reached and pressed by keyboard', async () => {
    const page = await open();
    const focused = page.locator(':focus');
    const seen: (string | null)[] = [];
    do {
      await page.keyboard.press('Tab');
      seen.push((await focused.getAttribute('aria-label')) ?? (await focused.innerText()));
    } while (seen.length < 10 && seen.at(-1) !== 'Refresh state_delays');
    expect(seen).toEqual(['Flights admin', 'origin_delays', 'Refresh origin_delays', 'Refresh state_delays']);
    await page.keyboard.press('Enter');
    expect(await page.getByRole('status').innerText()).toBe('state_delays was refreshed.');
  });

  it('the rows of a stream table, page by page', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'origin_delays' }).click();
    expect(await page.getByRole('heading').innerText()).toBe('Delays by airport');
    const first = await page.getByRole('rowheader').first().innerText();
    await page.getByRole('link', { name: 'Next' }).click();
    expect(await page.getByText(/^Page/).innerText()).toMatch(/^Page 2 of \d$/);
    expect(await page.getByRole('rowheader').first().innerText()).not.toBe(first);
    await page.getByRole('link', { name: 'Flights admin' }).click();
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

    it.each([
      '/?table=origin_delays&action=refresh',
      '/?table=origin_delays&action=refresh&problem=SOURCES_BUSY',
      '/origin-delays',
      '/nowhere',
    ])('%s fits, nothing is cut off, and it can be read', async (path) => {
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

    it('the buttons are in sight', async () => {
      await page.goto(site.url);
      const buttons = await page.getByRole('button').all();
      expect(buttons).toHaveLength(2);
      for (const button of buttons) {
        const box = await button.boundingBox();
        expect(box?.x).toBeGreaterThan(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(width);
      }
    });
  });
});

const noteWhatIsAtWork = `
  new MutationObserver(() => {
    const button = document.querySelector('button[aria-busy=true]');
    if (!button) return;
    const { height } = button.closest('tr').getBoundingClientRect();
    sessionStorage.setItem('at work', button.textContent + ', ' + height + ' pixels high');
  }).observe(document, { subtree: true, attributes: true, childList: true });`;

function rowOf(page: Page, table: string): Locator {
  return page.getByRole('row').filter({ hasText: table });
}

/** Where Debian puts it, or by the PATH. */
async function findChromium(): Promise<string | undefined> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const file of folders.map((folder) => join(folder, 'chromium'))) {
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}
