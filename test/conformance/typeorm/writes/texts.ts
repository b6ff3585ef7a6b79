import { QUERIES } from '../texts.ts';
import type { Write } from './write.ts';

/** What `pg` takes in place of a text, and TypeORM hands on though its types do not say so. */
const OBJECTS: readonly (readonly [name: string, of: (text: string) => object])[] = [
  ['a config object', (text) => ({ text })],
  ['a config object for arrays', (text) => ({ text, rowMode: 'array' })],
  ['a named statement', (text) => ({ name: 'wipe', text, values: [] })],
];

export const textWrites: readonly Write[] = [
  ...OBJECTS.flatMap(([name, of]) =>
    QUERIES.map((sender): Write => ({
      name: `${name}, by ${sender.name}`,
      operation: 'delete',
      call: (native) => sender.send(native, of('DELETE FROM order_totals') as unknown as string),
    })),
  ),
  {
    name: 'a write with parameters, by manager.query()',
    operation: 'update',
    call: ({ manager }) => manager.query('UPDATE order_totals SET total = $1 WHERE customer_id = $2', [0, 1]),
  },
  {
    name: 'a write with parameters, by manager.sql``',
    operation: 'update',
    since: '0.3.31',
    call: ({ manager }) => manager.sql`UPDATE order_totals SET total = ${0} WHERE customer_id IN (${() => '1'})`,
  },
];
