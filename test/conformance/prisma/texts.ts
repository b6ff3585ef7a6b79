import type { TextPath } from '../driver.ts';
import type { Prisma } from './client.ts';
import type { Native } from './session.ts';

/** Every way in which Prisma sends a text. */
export function textsOf({ sql, typedSql }: Prisma): readonly TextPath<Native>[] {
  return [
    { name: '$executeRawUnsafe()', send: ({ db }, text) => db.$executeRawUnsafe(text) },
    { name: '$queryRawUnsafe()', send: ({ db }, text) => db.$queryRawUnsafe(text) },
    { name: '$executeRaw``', send: ({ db }, text) => db.$executeRaw(asTemplate(text)) },
    { name: '$queryRaw``', send: ({ db }, text) => db.$queryRaw(asTemplate(text)) },
    { name: '$executeRaw() of Prisma.raw()', send: ({ db }, text) => db.$executeRaw(sql.raw(text)) },
    { name: '$queryRaw() of Prisma.sql``', send: ({ db }, text) => db.$queryRaw(sql.sql(asTemplate(text))) },
    {
      name: '$queryRaw() of SQL in SQL',
      send: ({ db }, text) => db.$queryRaw(sql.sql(asTemplate('', ''), sql.raw(text))),
    },
    {
      name: '$queryRaw() of an object with a text',
      send: ({ db }, text) => db.$queryRaw({ sql: text, text, values: [] }),
    },
    { name: '$queryRawTyped()', send: ({ db }, text) => db.$queryRawTyped(typedSql(text)) },
    { name: '$queryRaw() of typed SQL', send: ({ db }, text) => db.$queryRaw(typedSql(text)) },
    {
      name: 'in an interactive transaction',
      send: ({ client }, text) => client.$transaction(async (tx) => await tx.$executeRawUnsafe(text)),
    },
    {
      name: 'in a batch',
      send: ({ client }, text) => client.$transaction([client.customer.count(), client.$queryRawUnsafe(text)]),
    },
    {
      name: 'in a client that is extended further',
      send: ({ client }, text) => client.$extends({ query: { $allOperations: passOn } }).$executeRawUnsafe(text),
    },
  ];
}

function passOn({ args, query }: { args: object; query(args: object): Promise<unknown> }): Promise<unknown> {
  return query(args);
}

function asTemplate(...strings: readonly string[]): TemplateStringsArray {
  return Object.assign([...strings], { raw: strings });
}
