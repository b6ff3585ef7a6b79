import type { Command } from 'commander';
import type { PgStreamConfig } from '../config/index.ts';
import type { ExitCode } from '../exit/index.ts';
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

/** Options that the command line leaves out are as the configuration has them. */
function applyDefaults(command: Command, { options = {} }: PgStreamConfig): void {
  const defaults = options[command.name()] ?? {};
  for (const option of command.options) {
    const name = option.attributeName();
    const value = defaults[name];
    const source = command.getOptionValueSource(name);
    if (value === undefined || (source !== undefined && source !== 'default')) continue;
    const read = option.parseArg && typeof value !== 'boolean' ? option.parseArg(String(value), undefined) : value;
    command.setOptionValueWithSource(name, read, 'config');
  }
}
