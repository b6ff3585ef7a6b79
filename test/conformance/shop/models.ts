/**
 * The models that an ORM's folder declares: a property for each visible column, under the names given here.
 *
 * | model | database | properties |
 * |---|---|---|
 * | orderTotals | public.order_totals | customerId, total, orders |
 * | theirOrderTotals | analytics.order_totals | customerId, total |
 * | samples | public.sample_rows | id, one for each of SAMPLES, big_doc |
 * | repeated | public.repeated: no key, equal rows, NULLs | region, amount |
 * | visits | public.visits: the same, with relations from and to customers | customerId, note |
 * | reserved | public.user | customerId, totalAmount ("Total Amount"), select |
 * | letters | public.1st_größe$ | customerId, Ärger ("Ärger") |
 * | longest | public.lll… of 63 bytes | customerId |
 * | accountTotals | public.account_totals | account, paid, payments |
 * | theirAccountTotals | analytics.account_totals | account, paid |
 * | neverFilled, byCron, calculated | public.never_filled, … | customerId |
 * | missing | public.not_there, which does not exist | customerId |
 * | hostile | a name that is an attack, which does not exist | customerId |
 */
export type StreamModel =
  | 'orderTotals'
  | 'theirOrderTotals'
  | 'samples'
  | 'repeated'
  | 'visits'
  | 'reserved'
  | 'letters'
  | 'longest'
  | 'accountTotals'
  | 'theirAccountTotals'
  | 'neverFilled'
  | 'byCron'
  | 'calculated'
  | 'missing'
  | 'hostile';

/** An ordinary model of the same ORM, with the columns of `samples`: what ours is compared with. */
type PlainModel = 'plainSamples';

export type Model = StreamModel | PlainModel;

/** A row as an ORM gives it. */
export type Row = Readonly<Record<string, unknown>>;

export const LONGEST_NAME = 'l'.repeat(63);
export const LETTERS_NAME = '1st_größe$';
export const HOSTILE_NAME = `x'); drop table orders; --"`;
