import type { Command, Option } from 'commander';
import type { PgStreamConfig } from '../config/index.ts';
import { CliError, EXIT, type ExitCode } from '../exit/index.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { Session } from './session.ts';

type Work<Args extends readonly unknown[], Flags> = (
  session: Session,
  flags: Flags & GlobalFlags,
  ...args: Args
) => Promise<ExitCode | void>;

/**
 * The action of a command that asks the database: it has a connection, which is closed afterwards. What that takes is loaded
 * here, and not for help.
 */
export function inDatabase<Args extends readonly unknown[] = [], Flags = unknown>(
  work: Work<Args, Flags>,
): (this: Command, ...given: unknown[]) => Promise<void> {
  return async function action(this: Command, ...given) {
    const [{ loadConfig }, { withSession }] = await Promise.all([import('../config/index.ts'), import('./session.ts')]);
    const config = await loadConfig(this.optsWithGlobals<GlobalFlags>().config);
    applyDefaults(this, config);
    const flags = this.optsWithGlobals<Flags & GlobalFlags>();
    const args = given.slice(0, this.registeredArguments.length) as unknown as Args;
    process.exitCode = (await withSession(flags, config, (session) => work(session, flags, ...args))) ?? 0;
  };
}

/** Options that the command line leaves out are as the configuration has them. Throws for what it cannot mean. */
function applyDefaults(command: Command, { options = {} }: PgStreamConfig): void {
  const commands = new Set(command.parent?.commands.map((each) => each.name()));
  for (const name of Object.keys(options)) if (!commands.has(name)) throw unusable(`no command is called "${name}".`);
  for (const [name, value] of Object.entries(options[command.name()] ?? {})) {
    const option = command.options.find((each) => each.attributeName() === name);
    if (!option)
      throw unusable(`${command.name()} has no option "${name}". They are written as in maxAge for --max-age.`);
    const source = command.getOptionValueSource(name);
    if (source === undefined || source === 'default') {
      command.setOptionValueWithSource(name, valueOf(option, value), 'config');
    }
  }
}

function valueOf({ parseArg, long }: Option, value: string | number | boolean): unknown {
  if (!parseArg || typeof value === 'boolean') return value;
  try {
    return parseArg(String(value), undefined);
  } catch (error) {
    throw unusable(`${long} cannot be ${JSON.stringify(value)}. ${(error as Error).message}`);
  }
}

function unusable(why: string): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', `The configuration file cannot be used: ${why}`);
}
