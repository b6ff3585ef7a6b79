/**
 * Whether a request that changes something comes from a page of this very site: by what the browser itself says of where
 * it comes from, which no page of somebody else can write. Nothing is kept for it, so any number of processes may answer.
 *
 * `Sec-Fetch-Site` says it whatever a proxy has made of the host, and browsers send it where the page has come by https or from
 * localhost. Elsewhere `Origin` is compared with the host that was asked, or with `origin`, where that is said. What says neither is
 * no browser of these years.
 */
export function isFromOwnPage(request: Request, origin: string | undefined): boolean {
  const site = request.headers.get('sec-fetch-site');
  const from = request.headers.get('origin');
  if (origin !== undefined) return from === origin && (site === null || site === 'same-origin');
  if (site !== null) return site === 'same-origin';
  if (from === null || !URL.canParse(from)) return false;
  return new URL(from).host === (request.headers.get('host') ?? new URL(request.url).host);
}
