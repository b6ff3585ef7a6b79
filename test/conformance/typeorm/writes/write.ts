import type { WriteCall } from '../../driver.ts';
import type { Native } from '../session.ts';
import type { InSomeVersions } from '../version.ts';

export type Write = WriteCall<Native> & InSomeVersions;

/** What is written, in whatever way. */
export const row = { customerId: 9, total: '1', orders: '1' };
/** A row that is stored, with a change. */
export const changed = { customerId: 1, total: '0', orders: '2' };
