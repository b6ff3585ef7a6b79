import type { Column, ColumnType, Model } from './model.ts';
import { Names } from './naming.ts';
import { docstring, imported, object, quoted } from './text.ts';

/** A column of Drizzle's: the function that makes it, and what it is told besides the name. */
type Builder = readonly [call: string, options?: Readonly<Record<string, string | undefined>>];

const precision = ({ precision: digits }: ColumnType): string | undefined => digits?.toString();
const withTimezone = 'true';

/** Those of drizzle-orm/pg-core, by PostgreSQL's name of the type. A bigint is one, so that no digit is lost. */
const BUILDERS: Readonly<Record<string, (type: ColumnType) => Builder>> = {
  bool: () => ['boolean'],
  bpchar: (type) => ['char', { length: precision(type) }],
  cidr: () => ['cidr'],
  date: () => ['date'],
  float4: () => ['real'],
  float8: () => ['doublePrecision'],
  inet: () => ['inet'],
  int2: () => ['smallint'],
  int4: () => ['integer'],
  int8: () => ['bigint', { mode: "'bigint'" }],
  interval: () => ['interval'],
  json: () => ['json'],
  jsonb: () => ['jsonb'],
  macaddr: () => ['macaddr'],
  macaddr8: () => ['macaddr8'],
  numeric: (type) => ['numeric', { precision: precision(type), scale: type.scale?.toString() }],
  point: () => ['point'],
  text: () => ['text'],
  time: (type) => ['time', { precision: precision(type) }],
  timetz: (type) => ['time', { precision: precision(type), withTimezone }],
  timestamp: (type) => ['timestamp', { precision: precision(type) }],
  timestamptz: (type) => ['timestamp', { precision: precision(type), withTimezone }],
  uuid: () => ['uuid'],
  varchar: (type) => ['varchar', { length: precision(type) }],
};

/** What drivers give for types that Drizzle has no column for. Of the others it is text. */
const DATA: Readonly<Record<string, string>> = { bytea: 'Buffer', circle: 'unknown', oid: 'number' };

/** Words of the language, and what is imported. */
const RESERVED = [
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if',
  'import in instanceof new null return super switch this throw true try typeof var void while with',
  'arguments await eval implements interface let package private protected public static undefined yield',
  'pgStreamSchema pgStreamTable customType pgEnum pgSchema bigint boolean char cidr date doublePrecision inet integer interval',
  'json jsonb macaddr macaddr8 numeric point real smallint text time timestamp uuid varchar',
].flatMap((words) => words.split(' '));

/** Properties that a table has itself. */
const PROPERTIES = ['constructor', 'enableRLS', 'getSQL', 'shouldOmitSQLParens'];

/** Writes stream tables as Drizzle's users declare them. */
export function drizzleModels(models: readonly Model[]): string {
  const names = new Names('camelCase', 'unicode', 'table', RESERVED);
  const calls = new Set<string>();
  const ours = new Set<string>();
  const tables = models.map((model) => ({ model, name: names.give(model.name) }));
  const constants = new Constants(names, calls);

  const declared = tables.map(({ model, name }) => {
    const properties = new Names('camelCase', 'unicode', 'column', PROPERTIES);
    const columns = model.columns.map((column) => {
      const property = properties.give(column.name);
      return `${docstring(column.comment, '  ')}  ${property}: ${columnOf(column, property, constants, calls)},\n`;
    });
    const call = model.schema === 'public' ? 'pgStreamTable' : `${constants.schema(model.schema)}.streamTable`;
    if (model.schema === 'public') ours.add('pgStreamTable');
    else ours.add('pgStreamSchema');
    return `${docstring(model.comment, '')}export const ${name} = ${call}(${quoted(model.name)}, {\n${columns.join('')}});\n`;
  });

  const imports = imported(ours, '@pgstream/drizzle') + imported(calls, 'drizzle-orm/pg-core');
  return [imports, constants.written(), ...declared].filter((part) => part !== '').join('\n');
}

function columnOf(column: Column, property: string, constants: Constants, calls: Set<string>): string {
  const { type, name, nullable } = column;
  const [call, options = {}] = builderOf(type, constants, calls);
  const args = [property === name ? '' : quoted(name), object(options)].filter((arg) => arg !== '');
  return `${call}(${args.join(', ')})${type.dimensions > 0 ? '.array()' : ''}${nullable ? '' : '.notNull()'}`;
}

function builderOf(type: ColumnType, constants: Constants, calls: Set<string>): Builder {
  if (type.labels !== null) return [constants.enumeration(type)];
  const known = type.schema === 'pg_catalog' && type.dimensions <= 1 ? BUILDERS[type.name]?.(type) : undefined;
  if (known === undefined) return [constants.custom(type)];
  calls.add(known[0]);
  return known;
}

/** What several columns share, declared once before the tables. Not exported: drizzle-kit is to leave it alone. */
class Constants {
  readonly #names: Names;
  readonly #calls: Set<string>;
  readonly #written = new Map<string, { readonly name: string; readonly text: string }>();

  constructor(names: Names, calls: Set<string>) {
    this.#names = names;
    this.#calls = calls;
  }

  schema(name: string): string {
    return this.#constant(`schema ${name}`, `${name} schema`, `pgStreamSchema(${quoted(name)})`);
  }

  enumeration({ schema, name, labels }: ColumnType): string {
    const enumeration = `${quoted(name)}, [${labels?.map(quoted).join(', ')}]`;
    this.#calls.add(schema === 'public' ? 'pgEnum' : 'pgSchema');
    const text = schema === 'public' ? `pgEnum(${enumeration})` : `pgSchema(${quoted(schema)}).enum(${enumeration})`;
    return this.#constant(`enum ${schema}.${name}`, name, text);
  }

  custom({ schema, name, text, dimensions }: ColumnType): string {
    this.#calls.add('customType');
    const data = (schema === 'pg_catalog' && dimensions <= 1 && DATA[name]) || 'string';
    return this.#constant(`type ${text}`, name, `customType<{ data: ${data} }>({ dataType: () => ${quoted(text)} })`);
  }

  written(): string {
    return [...this.#written.values()].map(({ name, text }) => `const ${name} = ${text};\n`).join('');
  }

  #constant(key: string, called: string, text: string): string {
    const known = this.#written.get(key);
    if (known !== undefined) return known.name;
    const name = this.#names.give(called);
    this.#written.set(key, { name, text });
    return name;
  }
}
