import type { Html } from './html/index.ts';

/** No script runs, nothing is loaded from elsewhere, no form leads elsewhere, and no other page frames this one. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const ALWAYS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With no-referrer browsers would say "null" of where a button was pressed.
  'referrer-policy': 'same-origin',
} as const;

/** A page. It is of the moment and may be of somebody: nobody keeps it. */
export function page(content: Html, status = 200, more: Readonly<Record<string, string>> = {}): Response {
  return answer(content.text, status, { 'content-type': 'text/html; charset=utf-8', ...more });
}

/** Leads elsewhere below the base, by a path alone: whatever the host is called outside. */
export function seeOther(location: string): Response {
  return answer(null, 303, { location });
}

/** Something that is the same for everybody, and is asked for again only when it has changed. */
export function file(request: Request, { text, type, mark }: { text: string; type: string; mark: string }): Response {
  const etag = `"${mark}"`;
  const kept = { etag, 'cache-control': 'public, max-age=31536000, immutable' };
  const isKnown = (request.headers.get('if-none-match') ?? '')
    .split(',')
    .some((each) => each.trim().replace(/^W\//, '') === etag);
  return isKnown ? answer(null, 304, kept) : answer(text, 200, { ...kept, 'content-type': type });
}

function answer(body: string | null, status: number, headers: Readonly<Record<string, string>>): Response {
  return new Response(body, { status, headers: { 'cache-control': 'no-store', ...ALWAYS, ...headers } });
}

/** The same answer without its body, for HEAD. */
export function withoutBody({ status, headers }: Response): Response {
  return new Response(null, { status, headers });
}
