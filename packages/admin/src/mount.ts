import { isPgStreamError, type QualifiedName } from '@pgstream/core';
import { type Action, type Addresses, addressesBelow, readView, type Route } from './address/index.ts';
import { file, page, seeOther, withoutBody } from './answer.ts';
import { act, list, table } from './ask.ts';
import { type Html, html } from './html/index.ts';
import { ICON, iconMark } from './icon.ts';
import { type AdminOptions, checkedBasePath, checkedOrigin } from './options.ts';
import { isFromOwnPage } from './own-page.ts';
import { failurePage, type Frame, graphPage, healthPage, problemPage, refusalPage } from './pages/index.ts';
import { STYLE, styleMark } from './style.ts';
import { problemOf } from './words/index.ts';

type Pressed = Extract<Route, { readonly page: 'action' }>;
type Shown = Exclude<Route, Pressed | { readonly page: 'style' } | { readonly page: 'icon' }>;
type Handler = (request: Request, from?: unknown) => Promise<Response>;

/** The pages, for whatever serves them. None of the functions needs its `this`. */
export interface Admin {
  /** Where they are mounted: empty for the whole site, or a path without a slash at its end. */
  readonly basePath: string;
  /**
   * Answers a request for a page, by the path in its URL; one that is not below the base is 404. `from` is for `canAct`. It never
   * rejects: an error becomes a page that tells of it. The body of a request is not read.
   */
  readonly fetch: Handler;
  /** The same, by the names that route handlers of Next have: `export const { GET, HEAD, POST } = mountAdmin(…)`. */
  readonly GET: Handler;
  readonly HEAD: Handler;
  readonly POST: Handler;
}

/**
 * Pages about the stream tables of a database: which there are and how they are, the history of each, what depends on what,
 * definitions and delta plans; and buttons for whom `canAct` lets. Rendered here, without a script. For Express, Nest, Fastify
 * and Node's own server see `@pgstream/admin/node`.
 *
 * **Whoever reaches them sees them: put your authentication before them.**
 *
 * Throws INVALID_ARGUMENT for an option that cannot be.
 *
 * @example
 * const admin = mountAdmin({ pgstream, basePath: '/admin' });
 * app.all('/admin/*', (c) => admin.fetch(c.req.raw, c)); // Hono
 */
export function mountAdmin(options: AdminOptions): Admin {
  const { pgstream, title = 'Stream tables', refresh = { ifBusy: 'wait', timeoutMs: 30_000 }, expected = [] } = options;
  const basePath = checkedBasePath(options.basePath ?? '');
  const origin = checkedOrigin(options.origin);
  const addresses = addressesBelow(basePath);
  const names = expected.map((name) => pgstream.table(name).name);

  const report = (error: unknown, request: Request): void => {
    if (isPgStreamError(error, 'NOT_FOUND')) return;
    try {
      // Of the request, which has cookies, the log hears nothing unless it asks.
      if (options.onError) options.onError(error, request);
      else console.error(error);
    } catch {
      // The page is still to be answered.
    }
  };

  const shown = async (route: Shown, frame: Frame, request: Request, query: URLSearchParams): Promise<Html> => {
    if (route.page === 'graph') return graphPage(frame, await pgstream.graph());
    if (route.page === 'health') return healthPage(frame, await pgstream.health());
    if (route.page === 'list') return await list(pgstream, frame, names, query);
    return await table(pgstream, frame, route.name, query, (error) => report(error, request));
  };

  const pressed = async ({ name, action }: Pressed, frame: Frame, request: Request, query: URLSearchParams) => {
    if (!frame.mayAct) return page(refusalPage(frame, 'Refused', NOT_ALLOWED), 403);
    try {
      await act(pgstream, name, action, refresh);
    } catch (error) {
      report(error, request);
      const problem = problemOf(error);
      return page(failurePage(frame, name, action, problem), problem.status);
    }
    return seeOther(whereTo(addresses, name, action, query));
  };

  const answered = async (request: Request, from: unknown): Promise<Response> => {
    const { pathname, searchParams: query } = new URL(request.url);
    const route = addresses.route(pathname);
    if (route?.page === 'style')
      return file(request, { text: STYLE, type: 'text/css; charset=utf-8', mark: styleMark });
    if (route?.page === 'icon') return file(request, { text: ICON, type: 'image/svg+xml', mark: iconMark });
    const isAction = route?.page === 'action';
    const frame: Frame = { addresses, title, mayAct: false, here: againAt(addresses, route, pathname, query) };
    if (!route) return page(refusalPage(frame, 'Not found', 'There is no page at this address.'), 404);
    const allowed = isAction ? ['POST'] : ['GET', 'HEAD'];
    if (!allowed.includes(request.method)) {
      const allow = allowed.join(', ');
      return page(refusalPage(frame, 'Not allowed', `This address answers to ${allow} alone.`), 405, { allow });
    }
    if (isAction && !isFromOwnPage(request, origin)) return page(refusalPage(frame, 'Refused', FROM_ELSEWHERE), 403);
    try {
      // Whatever is not true was not meant as a yes.
      const mayAct = (await options.canAct?.(request, from)) === true;
      const asked = { ...frame, mayAct };
      return isAction ? await pressed(route, asked, request, query) : page(await shown(route, asked, request, query));
    } catch (error) {
      report(error, request);
      const problem = problemOf(error);
      return page(problemPage(frame, problem), problem.status);
    }
  };

  const fetch: Handler = async (request, from) => {
    const response = await answered(request, from);
    return request.method === 'HEAD' ? withoutBody(response) : response;
  };
  return { basePath, fetch, GET: fetch, HEAD: fetch, POST: fetch };
}

const FROM_ELSEWHERE = html`This did not come from a page of this site, so nothing was done. Go back, load the page
  again and press the button there. Where that does not help: a proxy changes the Host, and whoever runs the service
  sets <code>origin</code>.`;
const NOT_ALLOWED = 'You may look at this, and not change it. Nothing was done.';

/** Where to look again: here, without what the address tells of a button. A path that is none of ours may lead anywhere. */
function againAt(addresses: Addresses, route: Route | undefined, path: string, query: URLSearchParams): string {
  if (!route) return addresses.list();
  if (route.page === 'action') return addresses.table(route.name);
  const rest = new URLSearchParams(query);
  for (const name of ['done', 'schema_of', 'name_of']) rest.delete(name);
  return rest.size === 0 ? path : `${path}?${rest.toString()}`;
}

/** Where a button leads: to the list as it was, or to the page of the stream table. */
function whereTo(addresses: Addresses, name: QualifiedName, action: Action, query: URLSearchParams): string {
  if (query.get('from') !== 'list') return addresses.table(name, { done: action });
  return addresses.list(readView(query), { done: action, schema_of: name.schema, name_of: name.name });
}
