import adapt from '@bomb.sh/tab/commander';
import { addGlobalFlags } from '../command/index.ts';
import { createProgram } from '../program.ts';

/** What completes the command tree, as it is. */
export function completions(): ReturnType<typeof adapt> {
  const program = createProgram({ completes: false });
  // Commander takes the program's options behind a command, too; what completes has to be told.
  for (const command of program.commands) {
    addGlobalFlags(command);
    // One line each.
    command.description(command.summary());
  }
  return adapt(program, { completionCommandName: 'completion' });
}
