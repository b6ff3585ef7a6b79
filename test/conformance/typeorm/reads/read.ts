import type { ReadPath } from '../../driver.ts';
import type { Native } from '../session.ts';
import type { InSomeVersions } from '../version.ts';

/** What the reads give, by customer. */
export const ada = { customerId: 1, total: '15.50', orders: '2' };
export const bob = { customerId: 2, total: '7.25', orders: '1' };
export const di = { customerId: 4, total: '1.00', orders: '1' };
export const all = [ada, bob, di];

export type Read = ReadPath<Native> & InSomeVersions;

export function read(name: string, call: Read['call'], gives: unknown, versions: InSomeVersions = {}): Read {
  return { name, call, gives, ...versions };
}
