import type { Argument, Command, Option } from 'commander';
import type { Offer } from './offer.ts';
import { streamTables } from './stream-tables.ts';

/** What could stand at the end of a line. */
export interface Next {
  readonly offers: readonly Offer[];
  /** Whether it is a file, which the shell knows best. */
  readonly isFile: boolean;
}

/** Where on its line a word stands. */
interface Place {
  readonly command: Command | undefined;
  /** The option whose value it is. */
  readonly valueOf: Option | undefined;
  /** What has been said before it, but for that option. */
  readonly said: readonly string[];
  /** The words before it that are neither of options nor the command's name. */
  readonly positional: readonly string[];
  /** Behind `--` nothing is an option. */
  readonly takesOptions: boolean;
}

const NOTHING: Next = { offers: [], isFile: false };
const FILE: Next = { offers: [], isFile: true };

/**
 * What could stand where the last of the words is, of which a part may have been typed. Nothing is said of what goes wrong: it
 * is for somebody who presses a key.
 */
export async function whatIsNext(program: Command, words: readonly string[]): Promise<Next> {
  // As bash splits --format=d.
  const typed = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const place = placeBehind(program, words.slice(0, -1));
  const [, flag, value] = (place.takesOptions && /^(--[^=]+)=(.*)$/s.exec(typed)) || [];
  if (flag !== undefined && value !== undefined) {
    const option = optionOf(flag, program, place.command);
    const { offers, isFile } = option ? await valuesOf(option, program, place.said) : NOTHING;
    const whole = offers.map((each) => ({ ...each, value: `${flag}=${each.value}` }));
    return { offers: beginning(whole, typed), isFile };
  }
  const { offers, isFile } = await allAt(place, program, typed);
  return { offers: beginning(offers, typed), isFile };
}

async function allAt(
  { command, valueOf, said, positional, takesOptions }: Place,
  program: Command,
  typed: string,
): Promise<Next> {
  if (valueOf) return await valuesOf(valueOf, program, said);
  if (takesOptions && typed.startsWith('-')) {
    const options = [command ?? program, program].flatMap((each) => each.createHelp().visibleOptions(each));
    return { offers: options.flatMap((option) => offersOf(option, typed)), isFile: false };
  }
  if (!command || command.name() === 'help') {
    const commands = program.createHelp().visibleCommands(program);
    return {
      offers: commands.map((each) => ({ value: each.name(), says: each.summary() || each.description() })),
      isFile: false,
    };
  }
  const { registeredArguments: args } = command;
  const last = args.at(-1);
  const argument = args[positional.length] ?? (last?.variadic ? last : undefined);
  if (!argument) return NOTHING;
  if (argument.argChoices) return choices(argument.argChoices);
  if (!isStreamTable(argument, command)) return NOTHING;
  const { names } = await streamTables(program, said);
  return { offers: names.filter(({ value }) => !positional.includes(value)), isFile: false };
}

/** Whether an argument is a stream table that is there: `create` names one that is not. */
function isStreamTable(argument: Argument, command: Command): boolean {
  return ['name', 'names', 'tables'].includes(argument.name()) && command.name() !== 'create';
}

async function valuesOf(option: Option, program: Command, said: readonly string[]): Promise<Next> {
  if (option.argChoices) return choices(option.argChoices);
  if (/<(?:file|folder)>/.test(option.flags)) return FILE;
  if (option.long !== '--schema') return NOTHING;
  const { schemas } = await streamTables(program, said);
  return { offers: schemas, isFile: false };
}

function choices(values: readonly string[]): Next {
  return { offers: values.map((value) => ({ value, says: '' })), isFile: false };
}

/** A short name only to who has typed one dash. */
function offersOf({ long, short, description }: Option, typed: string): Offer[] {
  const names = typed.startsWith('--') ? [long] : [long, short];
  return names.flatMap((value) => (value == null ? [] : [{ value, says: description }]));
}

function beginning(offers: readonly Offer[], typed: string): readonly Offer[] {
  const seen = new Set<string>();
  return offers.filter(({ value }) => {
    const isNew = value.startsWith(typed) && !seen.has(value);
    seen.add(value);
    return isNew;
  });
}

function placeBehind(program: Command, words: readonly string[]): Place {
  let command: Command | undefined;
  let valueOf: { readonly option: Option; readonly word: string } | undefined;
  let takesOptions = true;
  const positional: string[] = [];
  const said: string[] = [];
  for (const word of words) {
    if (valueOf) {
      if (word === '=') continue;
      said.push(valueOf.word, word);
      valueOf = undefined;
      continue;
    }
    const option = takesOptions ? optionOf(word, program, command) : undefined;
    if (option && (option.required || option.optional)) {
      valueOf = { option, word };
      continue;
    }
    said.push(word);
    if (word === '--') takesOptions = false;
    else if (takesOptions && word.startsWith('-')) continue;
    else if (command) positional.push(word);
    else command = program.commands.find((each) => each.name() === word || each.aliases().includes(word));
  }
  return { command, valueOf: valueOf?.option, said, positional, takesOptions };
}

function optionOf(word: string, program: Command, command: Command | undefined): Option | undefined {
  return [...(command?.options ?? []), ...program.options].find(({ long, short }) => word === long || word === short);
}
