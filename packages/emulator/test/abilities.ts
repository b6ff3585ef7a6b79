import { extension, onPgTrickle } from '@pgstream/harness';

/** What the run's extension does, where tests have to know. */
const since82 = onPgTrickle && !extension.version.startsWith('0.67.');

/** The SQLSTATE of a refusal of the extension's own. */
export const refusal = (sqlState: string): string => (onPgTrickle ? sqlState : 'XX000');

/** Whether a refresh waits for whoever writes to its sources. */
export const locksSources: boolean = since82;

/** Whether each row has an id, one whose key is NULL as well. */
export const identifiesEveryRow: boolean = since82;

/** Whether EXCEPT and INTERSECT are stored with counts of both sides, and with rows that are not in the result. */
export const countsSides: boolean = onPgTrickle && !since82;

/** Whether a scheduled refresh that failed for good is in history. */
export const recordsPermanentFailures: boolean = !onPgTrickle || since82;
