import type { RepairResult } from '@pgstream/core';
import type { Command } from 'commander';
import {
  command,
  confirm,
  type ConfirmFlags,
  durationArgument,
  inDatabase,
  NAME,
  type Session,
} from '../command/index.ts';
import { EXIT } from '../exit/index.ts';
import { verificationText } from '../verification/index.ts';

interface Flags extends ConfirmFlags {
  readonly timeout?: number;
  readonly lockTimeout?: number;
}

/** `pgstream repair <name>` */
export function repair(): Command {
  return command('repair', {
    summary: 'Make a stream table right that has lost something, and compare it with its query',
    description:
      'It is computed anew, in one transaction: its readers wait meanwhile, and so do writers of its sources. Rights, indexes and views stay. Ends with 9 if it still differs.',
    examples: [
      ['pgstream repair order_totals', 'asks first'],
      ['pgstream repair order_totals --yes --timeout 10m', 'in a script, with a bound'],
    ],
  })
    .argument('<name>', NAME)
    .option('--timeout <duration>', 'how long all of it may take (default: without end)', durationArgument)
    .option('--lock-timeout <duration>', 'how long to wait for writers of the sources (default: 2s)', durationArgument)
    .option('-y, --yes', 'without asking')
    .action(
      inDatabase<[name: string], Flags>(async (session, flags, nameText) => {
        const { pgstream, output, signal, name, text } = session;
        const repaired = name(nameText);
        const table = pgstream.table(repaired);
        // NOT_FOUND, before anything is asked.
        await table.status();
        await confirm(`Compute stream table ${text(repaired)} anew? Its readers wait until that is done.`, flags);
        const { timeout: timeoutMs, lockTimeout: lockTimeoutMs } = flags;
        const result = await table.repair({ timeoutMs, lockTimeoutMs, signal });
        output.show(result, () => `${text(repaired)}: ${describe(result, session)}`);
        return result.status === 'different' ? EXIT.drift : EXIT.done;
      }),
    );
}

function describe({ steps, verification, dependents, advice, durationMs }: RepairResult, session: Session): string {
  const { output, text } = session;
  return [
    `repaired in ${output.duration(durationMs)}, ${verificationText(verification, output)}`,
    ...steps.map(({ message }) => `  ${message}`),
    ...(dependents.length === 0 ? [] : [`  It is read by ${dependents.map((each) => text(each)).join(', ')}.`]),
    ...(advice === null ? [] : [`  ${output.colors.warning(advice)}`]),
  ].join('\n');
}
