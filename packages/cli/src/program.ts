import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addGlobalFlags } from './command/index.ts';
import { COMMANDS, complete, completion } from './commands/index.ts';

const INTRODUCTION = `The stream tables of a PostgreSQL database: pg_stream's, and pg_trickle's.

It connects as psql does: -h -p -U -d, the PG* variables, a service, a password file; or by a URL.`;

/** The whole tree of commands, with nothing loaded that none of them was asked for. */
export function createProgram(): Command {
  const program = new Command('pgstream')
    .description(INTRODUCTION)
    .version(packageJson.version, '-V, --version', 'the version of this program')
    .helpOption('--help', 'this help')
    .helpCommand('help [command]', 'the help of a command')
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .showSuggestionAfterError()
    // It is said where all errors are.
    .configureOutput({ outputError() {} })
    .exitOverride();
  addGlobalFlags(program);
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const make of commands) program.addCommand(make().copyInheritedSettings(program));
  }
  program.commandsGroup('Commands:');
  program.addCommand(completion().copyInheritedSettings(program));
  program.addCommand(complete().copyInheritedSettings(program), { hidden: true });
  return program;
}

/** A command in the list of commands: its name and arguments. */
function termOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...args].join(' ');
}
