import { Argument, type Command } from 'commander';
import { command } from '../command/index.ts';

/** `pgstream completion <shell>` */
export function completion(): Command {
  return command('completion', {
    summary: 'What makes a shell complete commands and options by the TAB key',
    examples: [
      ['pgstream completion bash > completion.bash', 'then in ~/.bashrc: source completion.bash'],
      ['pgstream completion zsh > completion.zsh', 'then in ~/.zshrc: source completion.zsh'],
      ['pgstream completion fish > completion.fish', 'into ~/.config/fish/completions/pgstream.fish'],
    ],
  })
    .addArgument(new Argument('<shell>', 'whose').choices(['bash', 'zsh', 'fish', 'powershell']))
    .action(async (shell: string) => {
      const { completions } = await import('../completion/index.ts');
      completions().setup('pgstream', 'pgstream', shell);
    });
}

/** What those scripts ask, `pgstream complete -- …`, with the words that were typed so far. */
export function complete(): Command {
  return command('complete', { summary: 'What could come next, for the scripts of completion', examples: [] })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { completions } = await import('../completion/index.ts');
      completions().parse([...words]);
    });
}
