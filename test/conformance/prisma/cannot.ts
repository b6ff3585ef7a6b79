const LISTS = 'Prisma has no list that is NULL: it reads one as an empty list; of ordinary tables, too.';
const DECLARED =
  'It is declared in a schema, not by a call: `prisma generate` fails instead, which has a line of its own.';
const ENDLESS = 'Its dates have no infinity.';

/** What no version of Prisma can have, each with the reason. */
export const CANNOT: Readonly<Record<string, string>> = {
  'hiding: __pgs_row_id cannot be declared': DECLARED,
  'hiding: __pgt_row_id cannot be declared': DECLARED,
  'values: date of infinity and -infinity': ENDLESS,
  'values: timestamptz of infinity and -infinity': ENDLESS,
  'values: text[] with commas, quotes and braces; the empty array': LISTS,
  'values: text[] with NULL among its elements':
    'Prisma refuses to read a list with NULL among its elements; of ordinary tables, too.',
  'values: bigint[] beyond 2^53': LISTS,
  'values: json with integers beyond 2^53, every digit, as text':
    'Its models have no expressions, such as a cast to text: raw SQL has.',
  'values: in a session that is not UTC':
    'Its driver adapter drops the offset of a timestamptz, so that it is right in UTC alone; of ordinary tables, too.',
  'writes: every write call fails without the guard, too, and changes no row':
    'It sends writes of a `model`, and nested ones of a `view`, too: only the guard and the database refuse those. What it refuses itself has a line of its own.',
};
