import type { Case } from './case.ts';
import { DEFINITIONS } from './definitions.ts';
import { EXPLAINED } from './explained.ts';
import { LEXICAL } from './lexical.ts';
import { READING } from './reading.ts';
import { SEVERAL } from './several.ts';
import { STATEMENTS } from './statements.ts';
import { WITH_LISTS } from './with-lists.ts';

export { type Case, named, said } from './case.ts';
export { OVERSTATED } from './overstated.ts';
export { QUERIES_WRITTEN, REFUSED } from './refused.ts';
export { UNSEEN, UNSEEN_BEHIND_ANOTHER } from './unseen.ts';

/** Every case that PostgreSQL runs and the scanner answers for, by subject. */
export const CASES: readonly { readonly subject: string; readonly cases: readonly Case[] }[] = [
  { subject: 'statements that write', cases: STATEMENTS },
  { subject: 'definitions', cases: DEFINITIONS },
  { subject: 'WITH', cases: WITH_LISTS },
  { subject: 'EXPLAIN', cases: EXPLAINED },
  { subject: 'texts that only read the table', cases: READING },
  { subject: 'several statements', cases: SEVERAL },
  { subject: 'lexical rules', cases: LEXICAL },
];
