import { DRIVER_TEXTS, UNSEEN_TEXTS } from '../cases/statements.ts';
import type { Bypass } from '../driver.ts';
import type { Db } from './client.ts';
import type { Native } from './session.ts';

/** A write that goes by a relation, which Prisma sends for a view, too. */
const nested = { where: { id: 1 }, data: { history: { deleteMany: {} } } };

const SENT: readonly Bypass<Native>[] = [
  ...UNSEEN_TEXTS.map(([name, text]) =>
    writes(`${name}, by $executeRawUnsafe()`, ({ db }) => db.$executeRawUnsafe(text)),
  ),
  ...DRIVER_TEXTS.map((text) => writes(`the database driver: ${text}`, ({ raw }) => raw(text))),
  writes('the client without the extension: SQL text', ({ base }) =>
    base.$executeRawUnsafe('DELETE FROM order_totals'),
  ),
  writes('the client without the extension: a nested deleteMany', ({ base }) => base.customer.update(nested)),
  writes('the client without the extension: a nested update', ({ base }) =>
    base.customer.update({ where: { id: 1 }, data: { totals: { update: { total: 0 } } } }),
  ),
  writes('the client without the extension: a nested delete', ({ base }) =>
    base.customer.update({ where: { id: 1 }, data: { totals: { delete: true } } }),
  ),
  writes('the client without the extension: from the side of the foreign key', ({ base }) =>
    base.order.update({ where: { id: 3 }, data: { totals: { update: { total: 0 } } } }),
  ),
  writes('the client without the extension: in an interactive transaction', ({ base }) =>
    base.$transaction(async (tx) => await tx.customer.update(nested)),
  ),
  writes('the client without the extension: in a batch', ({ base }) =>
    base.$transaction([base.customer.update(nested)]),
  ),
  writes('$parent of the client', ({ client }) => {
    const { $parent } = client as unknown as { readonly $parent: Db };
    return $parent.customer.update(nested);
  }),
  writes('an extension applied later that adds a nested write', ({ client }) => {
    const later = client.$extends({ query: { customer: { update: addNested } } });
    return later.customer.update({ where: { id: 1 }, data: { name: 'Ada' } });
  }),
];

/** A value is never part of a statement's text. */
const VALUES: readonly Bypass<Native>[] = [
  {
    name: '$executeRaw with the table as a value',
    asOwner: 'refused',
    call: ({ db }) => db.$executeRaw`delete from ${'order_totals'}`,
  },
];

function addNested({ args, query }: { args: object; query(args: object): Promise<unknown> }): Promise<unknown> {
  return query({ ...args, data: nested.data });
}

export const bypasses: readonly Bypass<Native>[] = [...SENT, ...VALUES].map((bypass) => ({
  ...bypass,
  call: (native) => Promise.resolve(bypass.call(native)).catch(asDatabaseError),
}));

function writes(name: string, call: Bypass<Native>['call']): Bypass<Native> {
  return { name, call, asOwner: 'writes' };
}

/** Prisma has codes of its own, that look like PostgreSQL's, and keeps PostgreSQL's in what it calls meta or cause. */
function asDatabaseError(error: unknown): never {
  throw new Error('PostgreSQL has refused it.', { cause: driverErrorIn(error) ?? error });
}

function driverErrorIn(error: unknown): object | undefined {
  for (const each of [error, at(error, 'meta', 'driverAdapterError')]) {
    const code = at(each, 'cause', 'originalCode');
    if (typeof code === 'string') return Object.assign(new Error('As the driver adapter tells it.'), { code });
  }
  return undefined;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((each, key) => (each as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}
