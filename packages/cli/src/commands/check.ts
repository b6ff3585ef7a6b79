import type { Command } from 'commander';
import { command, inDatabase } from '../command/index.ts';
import { shownSteps } from '../definitions/index.ts';
import { EXIT } from '../exit/index.ts';
import { DEFINITIONS, planFor, type DefinitionFlags } from './definitions.ts';

/** `pgstream check [definitions…]` */
export function check(): Command {
  return command('check', {
    summary: 'Whether the database has what files declare',
    description: 'For CI and after a deployment: it ends with 1 if there is anything to do, and prints what.',
    examples: [['pgstream check', 'of pgstream.definitions.ts, .mjs or .json, or of the folder stream-tables']],
  })
    .argument('[definitions...]', DEFINITIONS)
    .action(
      inDatabase<[files: readonly string[]], DefinitionFlags>(async (session, flags, files) => {
        const { planText } = await import('@pgstream/core/definitions');
        const todo = await planFor(session, flags, files);
        const { changes, steps } = todo;
        session.output.show({ changes, steps: shownSteps(steps) }, () => planText(todo).trimEnd());
        return changes > 0 ? EXIT.failed : EXIT.done;
      }),
    );
}
