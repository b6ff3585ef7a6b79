import type { QualifiedName } from '@pgstream/core';
import { nameOf, segmentOf } from './segment.ts';
import { queryOf, type View } from './view.ts';

/** What a button does. */
export const ACTIONS = ['refresh', 'suspend', 'resume'] as const;
export type Action = (typeof ACTIONS)[number];

/** What is asked for. */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'graph' }
  | { readonly page: 'health' }
  | { readonly page: 'style' }
  | { readonly page: 'icon' }
  | { readonly page: 'table'; readonly name: QualifiedName }
  | { readonly page: 'action'; readonly name: QualifiedName; readonly action: Action };

/** A query that {@link Addresses.backTo} has made. */
export type Back = string & { readonly leadsBack: true };

/** The addresses of the pages: paths, whatever host they are asked for at. */
export interface Addresses {
  readonly graph: string;
  readonly health: string;
  readonly icon: string;
  /** With a mark of what is in it, so that browsers may keep it for ever. */
  style(mark: string): string;
  list(view?: Partial<View>, more?: Readonly<Record<string, string>>): string;
  table(name: QualifiedName, more?: Readonly<Record<string, string>>): string;
  /** What the form of a button is sent to; `back` is where it leads afterwards, else to the page of the stream table. */
  action(name: QualifiedName, action: Action, back?: Back): string;
  /** The way back to a view of the list, for any number of buttons. */
  backTo(view: View): Back;
  /** What is at a path; undefined if nothing is. */
  route(path: string): Route | undefined;
}

/** The addresses below a base: empty, or a path that begins with a slash and ends with none. */
export function addressesBelow(base: string): Addresses {
  const pathOf = ({ schema, name }: QualifiedName): string => `${base}/tables/${segmentOf(schema)}/${segmentOf(name)}`;
  return {
    graph: `${base}/graph`,
    health: `${base}/health`,
    icon: `${base}/icon.svg`,
    style: (mark) => `${base}/style.css?${mark}`,
    list: (view = {}, more = {}) => `${base || '/'}${queryOf(view, more)}`,
    table: (name, more = {}) => `${pathOf(name)}${queryOf({}, more)}`,
    action: (name, action, back) => `${pathOf(name)}/${action}${back ?? ''}`,
    backTo: (view) => queryOf(view, { from: 'list' }) as Back,
    route: (path) => (path === base || path.startsWith(`${base}/`) ? routeOf(path.slice(base.length)) : undefined),
  };
}

const PAGES: Readonly<Record<string, Route>> = {
  '': { page: 'list' },
  '/': { page: 'list' },
  '/graph': { page: 'graph' },
  '/health': { page: 'health' },
  '/style.css': { page: 'style' },
  '/icon.svg': { page: 'icon' },
};

function routeOf(path: string): Route | undefined {
  if (Object.hasOwn(PAGES, path)) return PAGES[path];
  const [, inSchema = '', itself = '', last] = /^\/tables\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const [schema, name] = [nameOf(inSchema), nameOf(itself)];
  if (!schema || !name) return undefined;
  if (last === undefined) return { page: 'table', name: { schema, name } };
  const action = ACTIONS.find((each) => each === last);
  return action && { page: 'action', name: { schema, name }, action };
}
