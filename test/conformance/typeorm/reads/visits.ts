import { streamRepository } from '@pgstream/typeorm';
import type { EntityManager, ObjectLiteral } from 'typeorm';
import { LazyVisitor, LazyVisits, Notes, NotedVisitor, Visitor, Visits } from '../visits.ts';
import { type Read, read } from './read.ts';

/** By customer, and in any order: rows without a key. */
const notesOf = (rows: readonly { readonly note: string | null }[] = []): unknown[] =>
  rows.map(({ note }) => note).toSorted((a, b) => Number(a === null) - Number(b === null));

const customersOf = (rows: readonly { readonly customer?: { readonly name: string } | null }[]): unknown[] =>
  rows.map(({ customer }) => customer?.name ?? '').toSorted();

const NOTES = [['tea', 'tea', null, null], [null], [], []];
const CUSTOMERS = ['', '', '', 'Ada', 'Ada', 'Ada', 'Ada', 'Bob'];

const keysOf = (rows: readonly object[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))].toSorted();
const byId = { order: { id: 'ASC' } } as const;

/** Relations from and to rows without a key, by a join and by a second query. */
const byStrategy = (['join', 'query'] as const).flatMap((relationLoadStrategy): Read[] => [
  read(
    `relations to rows without a key, and back, by ${relationLoadStrategy}`,
    async ({ manager }) => {
      const relations = { visits: { customer: true } };
      const found = await manager.find(Visitor, { relations, ...byId, relationLoadStrategy });
      const back = found.map(({ visits = [] }) => new Set(visits.map(({ customer }) => customer?.name)));
      return { notes: found.map(({ visits }) => notesOf(visits)), back: back.map((names) => [...names]) };
    },
    { notes: NOTES, back: [['Ada'], ['Bob'], [], []] },
  ),
  read(
    `relations to rows without a key, of which only NULLs are read, by ${relationLoadStrategy}`,
    async ({ manager }) => {
      const found = await manager.find(NotedVisitor, { relations: { notes: true }, ...byId, relationLoadStrategy });
      return found.map(({ notes }) => notesOf(notes));
    },
    NOTES,
  ),
  read(
    `relations to rows without a key, with some of their columns, by ${relationLoadStrategy}`,
    async ({ manager }) => {
      const found = await manager.find(Visitor, {
        select: { id: true, visits: { note: true, customerId: true } },
        relations: { visits: true },
        ...byId,
        relationLoadStrategy,
      });
      return JSON.parse(JSON.stringify(found.filter(({ id }) => id === 2))) as unknown;
    },
    [{ id: 2, visits: [{ customerId: 2, note: null }] }],
  ),
  read(
    `relations from rows without a key, by ${relationLoadStrategy}`,
    async ({ manager }) => {
      const visits = streamRepository(manager, Visits);
      return customersOf(await visits.find({ relations: { customer: true }, relationLoadStrategy }));
    },
    CUSTOMERS,
  ),
  read(
    `relations from rows without a key, whose join column is no property, by ${relationLoadStrategy}`,
    async ({ manager }) => {
      const notes = streamRepository(manager, Notes);
      return customersOf(await notes.find({ relations: { customer: true }, relationLoadStrategy }));
    },
    CUSTOMERS,
  ),
]);

export const visitReads: readonly Read[] = [
  ...byStrategy,
  read(
    'a lazy relation to rows without a key',
    async ({ manager }) => notesOf(await (await manager.findOneByOrFail(LazyVisitor, { id: 1 })).visits),
    NOTES[0],
  ),
  read(
    'a lazy relation from rows without a key',
    async ({ manager }) => {
      const rows = await streamRepository(manager, LazyVisits).find();
      const found: { readonly customer: LazyVisitor | null }[] = [];
      for (const { customer } of rows) found.push({ customer: await customer });
      return customersOf(found);
    },
    CUSTOMERS,
  ),
  read(
    'a relation query builder’s loadMany() to rows without a key',
    async ({ manager }) =>
      notesOf(await manager.createQueryBuilder().relation(Visitor, 'visits').of(1).loadMany<Visits>()),
    NOTES[0],
  ),
  read(
    'a relation query builder’s loadOne() from a row without a key',
    async ({ manager }) => {
      const row = await manager.findOneByOrFail(Visits, { customerId: 2 });
      return (await manager.createQueryBuilder().relation(Visits, 'customer').of(row).loadOne<Visitor>())?.name;
    },
    'Bob',
  ),
  read('raw rows without a key, which show no place', ({ manager }) => rawKeys(manager), {
    many: ['c_id', 'c_name', 'v_customer_id', 'v_note'],
    one: ['c_id', 'c_name', 'v_customer_id', 'v_note'],
    both: ['c_id', 'c_name', 'v_customer_id', 'v_note'],
    streamed: ['c_id', 'c_name', 'v_customer_id', 'v_note'],
  }),
  read(
    'rows without a key, which show no place',
    async ({ manager }) => keysOf(await manager.find(Notes)).filter((key) => key !== 'customer'),
    ['note'],
  ),
  read(
    'the id of a row without a key: none, whoever asks',
    async ({ manager }) => {
      const row: ObjectLiteral = await manager.findOneByOrFail(Visits, { customerId: 2 });
      const askers = [manager, manager.getRepository(Visits), streamRepository(manager, Visits)];
      return askers.map((each) =>
        'target' in each ? [each.getId(row as Visits), each.hasId(row as Visits)] : [each.getId(row), each.hasId(row)],
      );
    },
    [
      [undefined, false],
      [undefined, false],
      [undefined, false],
    ],
  ),
  read(
    'reload() of a row without a key that extends BaseEntity: refused',
    async ({ manager }) => {
      const [row] = await manager.find(Notes, { take: 1 });
      return await row?.reload().catch((error: unknown) => String(error));
    },
    'TypeError: This Notes has no value for its key, or no key: read it again with find().',
  ),
];

async function rawKeys(manager: EntityManager): Promise<object> {
  const all = () => manager.createQueryBuilder(Visits, 'v').innerJoinAndSelect('v.customer', 'c');
  const streamed: object[] = [];
  for await (const row of await all().stream()) streamed.push(row);
  return {
    many: keysOf(await all().getRawMany()),
    one: keysOf([(await all().getRawOne<object>()) ?? {}]),
    both: keysOf((await all().getRawAndEntities<object>()).raw),
    streamed: keysOf(streamed),
  };
}
