import type { Command } from 'commander';
import { command, inDatabase, NAME } from '../command/index.ts';

/** `pgstream explain <name>` */
export function explain(): Command {
  return command('explain', {
    summary: 'What the extension makes of the defining query',
    examples: [['pgstream explain order_totals', 'whether it is maintained incrementally, and by which SQL']],
  })
    .argument('<name>', NAME)
    .action(
      inDatabase<[name: string]>(async ({ pgstream, output, name }, _flags, nameText) => {
        const explained = await pgstream.table(name(nameText)).explain();
        const { colors } = output;
        output.show(explained, () =>
          [
            explained.isDifferentiable
              ? colors.good('Maintained incrementally.')
              : colors.warning(`Computed anew each time${explained.reason === null ? '' : `: ${explained.reason}`}.`),
            ...(explained.operatorTree === null
              ? []
              : [`\n${colors.strong('Operators')}\n${explained.operatorTree.trimEnd()}`]),
            ...(explained.deltaQuery === null
              ? []
              : [`\n${colors.strong('What changed, as SQL')}\n${explained.deltaQuery.trimEnd()}`]),
          ].join('\n'),
        );
      }),
    );
}
