import { Argument, type Command, Option } from 'commander';
import { command } from '../command/index.ts';
import { offersText, printScript, type Shell, SHELLS } from '../completion/index.ts';

/** `pgstream completion <shell>` */
export function completion(): Command {
  return command('completion', {
    summary: 'What makes a shell complete the line by the TAB key',
    description:
      'Commands, options and the names of stream tables, of the database that the line, the environment and the configuration are about.',
    examples: [
      ['pgstream completion bash > completion.bash', 'then in ~/.bashrc: source completion.bash'],
      ['pgstream completion zsh > completion.zsh', 'then in ~/.zshrc, behind compinit: source completion.zsh'],
      ['pgstream completion fish > completion.fish', 'into ~/.config/fish/completions/pgstream.fish'],
    ],
  })
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .action(async (shell: Shell) => await printScript(shell));
}

/** What those scripts ask, `pgstream complete -- …`, with the words that were typed so far. */
export function complete(): Command {
  return command('complete', { summary: 'What could come next, for the scripts of completion', examples: [] })
    .argument('[words...]')
    .addOption(new Option('--shell <shell>', 'whose words they are').choices(SHELLS))
    .action(async function action(this: Command, words: readonly string[], { shell }: { readonly shell?: Shell }) {
      const text = await offersText(this.parent ?? this, words, shell);
      // Nobody waits for a server that has not answered by then.
      await new Promise((resolve) => process.stdout.write(text, resolve));
      process.exit();
    });
}
