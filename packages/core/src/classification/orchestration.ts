import { NAMES } from '../dialect/index.ts';
import type { DriverError, PgStreamErrorCode } from '../errors/index.ts';
import { said } from './by-message.ts';
import type { ErrorContext, Verdict } from './rule.ts';

/** How the refusals of the extension's integration contract begin, whatever their SQLSTATE is (contract F.6). */
const REFUSAL = /^PGT_EXT_([A-Z_]+): ?([^]*)$/;

interface Refusal {
  readonly code: PgStreamErrorCode;
  readonly advice: (context: ErrorContext) => string;
}

const BUSY: Refusal = {
  code: 'REFRESH_BUSY',
  advice: () => 'Try again when the other refresh is over, or let refresh() wait or skip (ifBusy).',
};

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ORCHESTRATION_MODE: {
    code: 'EXTERNALLY_ORCHESTRATED',
    advice: ({ name, dialect }) =>
      `Another program has taken over the refreshes of ${said(name)} (orchestration EXTERNAL), and neither the scheduler nor refresh() makes them: let that program do it. Its owner gives it back with SELECT ${dialect?.schema ?? NAMES.pg_trickle.schema}.set_orchestration_mode('<schema>.<name>', 'MANAGED');`,
  },
  REFRESH_BUSY: BUSY,
  GRAPH_BUSY: BUSY,
  AUTHORIZATION: { code: 'PERMISSION_DENIED', advice: () => 'Call it as the owner of the stream tables.' },
};

/** Tells refusals of what belongs to an external program. Of those that are not known the extension's own word is told. */
export function byOrchestration({ message }: DriverError, context: ErrorContext): Verdict | undefined {
  const [, word, detail = ''] = REFUSAL.exec(message) ?? [];
  if (word === undefined) return undefined;
  const known = REFUSALS[word];
  const advice = known?.advice(context);
  return {
    code: known?.code ?? 'EXTENSION_REFUSED',
    message: `The extension refused with ${word}${detail === '' ? '' : `: ${detail}`}.${advice === undefined ? '' : ` ${advice}`}`,
  };
}
