/** A stream of numbers below a bound that is the same in every run. */
export type Dice = (below: number) => number;

/** mulberry32: small, and good enough to shuffle changes. */
export function dice(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const either = (roll: Dice, ...texts: string[]): string => texts[roll(texts.length)] ?? 'NULL';
const id = (roll: Dice): number => 1 + roll(12);

function order(roll: Dice): string {
  const customer = either(roll, 'NULL', '1', '2', '3', '4', '9');
  const note = either(roll, 'NULL', "'a'", "'b'", "''");
  return `${customer}, ${roll(200)}.${roll(10)}, ${note}, '2026-01-0${1 + roll(9)}', ${either(roll, 'NULL', `'{"a": [1]}'`, `'{"a":[1]}'`)}`;
}

/** One random change to one of the sources. */
export function randomChange(roll: Dice): string {
  const changes = [
    () =>
      `INSERT INTO orders VALUES (${id(roll)}, ${order(roll)}) ON CONFLICT (id) DO UPDATE SET amount = orders.amount + 1`,
    () =>
      `INSERT INTO orders SELECT g, ${order(roll)} FROM generate_series(20, ${20 + roll(5)}) g ON CONFLICT DO NOTHING`,
    () => `UPDATE orders SET (customer_id, amount, note, seen, data) = ROW(${order(roll)}) WHERE id = ${id(roll)}`,
    () =>
      `UPDATE orders SET id = id + 100 WHERE id = ${id(roll)} AND NOT EXISTS (SELECT FROM orders o WHERE o.id = orders.id + 100)`,
    () => `DELETE FROM orders WHERE id = ${id(roll)}`,
    () => `DELETE FROM orders WHERE customer_id = ${1 + roll(4)}`,
    () =>
      `INSERT INTO customers VALUES (${1 + roll(5)}, ${either(roll, "'Ann'", "'Bob'", 'NULL')}, ${either(roll, "'north'", "'south'", 'NULL')}) ON CONFLICT (id) DO UPDATE SET name = excluded.name, region = excluded.region`,
    () => `DELETE FROM customers WHERE id = ${1 + roll(5)}`,
    () =>
      `INSERT INTO lines VALUES (${id(roll)}, ${roll(3)}, 'x', ${roll(50)}) ON CONFLICT (order_id, line) DO UPDATE SET price = excluded.price`,
    () => `DELETE FROM lines WHERE order_id = ${id(roll)}`,
    () =>
      `INSERT INTO events SELECT ${either(roll, "'click'", "'view'", 'NULL')}, ${either(roll, '1', 'NULL')} FROM generate_series(1, ${1 + roll(4)})`,
    () => `DELETE FROM events WHERE ctid IN (SELECT ctid FROM events LIMIT ${roll(3)})`,
    () => `TRUNCATE ${either(roll, 'orders', 'customers', 'events', 'lines')}`,
  ];
  // Everything gone is one change in many, or there would never be much to maintain.
  const last = roll(10) === 0 ? changes.length : changes.length - 1;
  return (changes[roll(last)] ?? (() => 'SELECT 1'))();
}
