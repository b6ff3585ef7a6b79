import { expect } from 'vitest';
import type { Admin } from '../src/index.ts';

/** Where the pages are asked for. */
export const SITE = 'http://ops.example';

/** A page, which is answered by that status. */
export async function get(admin: Admin, path: string, status = 200): Promise<string> {
  const response = await admin.fetch(new Request(SITE + path));
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return await response.text();
}

/** Presses a button, as a browser does on a page of this site. */
export function press(
  admin: Admin,
  path: string,
  headers: Record<string, string> = { origin: SITE },
): Promise<Response> {
  return admin.fetch(
    new Request(SITE + path, {
      method: 'POST',
      headers: { host: 'ops.example', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    }),
  );
}

/** The page that a pressed button leads to. */
export async function whereItLeads(admin: Admin, response: Response): Promise<string> {
  expect(response.status).toBe(303);
  expect(await response.text()).toBe('');
  return await get(admin, response.headers.get('location') ?? '');
}
