import type { Bypass } from '../driver.ts';
import type { Db } from './client.ts';
import type { Native } from './session.ts';

/** Text that names the table: PostgreSQL does what it says, for whoever may. */
const TEXTS: readonly string[] = [
  'insert into order_totals (customer_id, total) values (9, 1)',
  'update order_totals set total = 0',
  'delete from public.order_totals',
  'delete from only order_totals where customer_id = 1',
  'truncate order_totals',
  'merge into order_totals t using customers c on c.id = t.customer_id when matched then delete',
  'with gone as (delete from order_totals returning 1) select * from gone',
  'do $$ begin delete from order_totals; end $$',
];

const deletion = 'delete from order_totals';

/** A write that goes by a relation, which Prisma sends for a view, too. */
const nested = { where: { id: 1 }, data: { history: { deleteMany: {} } } };

const SENT: readonly Bypass<Native>[] = [
  ...TEXTS.flatMap((text): Bypass<Native>[] => [
    writes(`$executeRawUnsafe: ${text}`, ({ db }) => db.$executeRawUnsafe(text)),
    writes(`the database driver: ${text}`, ({ raw }) => raw(text)),
  ]),
  writes('$queryRawUnsafe', ({ db }) => db.$queryRawUnsafe(`${deletion} returning customer_id`)),
  writes('$executeRaw', ({ db }) => db.$executeRaw`delete from order_totals where customer_id = ${1}`),
  writes(
    '$queryRaw',
    ({ db }) => db.$queryRaw`delete from order_totals where customer_id = ${1} returning customer_id`,
  ),
  writes('$executeRawUnsafe in an interactive transaction', ({ client }) =>
    client.$transaction(async (tx) => await tx.$executeRawUnsafe(deletion)),
  ),
  writes('$executeRawUnsafe in a batch', ({ client }) =>
    client.$transaction([client.customer.count(), client.$executeRawUnsafe(deletion)]),
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
