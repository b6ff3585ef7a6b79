import type { Native } from '../session.ts';
import { Visitor, Visits } from '../visits.ts';
import type { Write } from './write.ts';

/** Parents that were read with their rows without a key, and are saved with others. */
const CHANGES: readonly (readonly [name: string, change: (visits: Visits[], other: Visits) => Visits[]])[] = [
  ['without one of its rows', (visits) => visits.slice(1)],
  ['with a row of another one', (visits, other) => [...visits, other]],
  ['with no rows', () => []],
];

export const visitWrites: readonly Write[] = CHANGES.map(([name, change]) => ({
  name: `save() of what has rows without a key, ${name}`,
  operation: 'update',
  table: 'visits',
  sendsFirst: 'reads',
  async call({ manager }: Native) {
    const ada = await manager.findOneOrFail(Visitor, { where: { id: 1 }, relations: { visits: true } });
    ada.visits = change(ada.visits ?? [], await manager.findOneByOrFail(Visits, { customerId: 2 }));
    await manager.save(Object.assign(ada, { name: 'forged' }));
  },
}));
