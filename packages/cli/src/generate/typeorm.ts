import type { Column, ColumnType, Model } from './model.ts';
import { Names } from './naming.ts';
import { docstring, imported, object, quoted } from './text.ts';

/** The column types of TypeORM by PostgreSQL's name of the type, and what its repositories give for them. */
const TYPES: Readonly<Record<string, readonly [type: string, data: string]>> = {
  bit: ['bit', 'string'],
  bool: ['boolean', 'boolean'],
  box: ['box', 'string'],
  bpchar: ['char', 'string'],
  bytea: ['bytea', 'Buffer'],
  cidr: ['cidr', 'string'],
  circle: ['circle', 'unknown'],
  date: ['date', 'string'],
  float4: ['real', 'number'],
  float8: ['double precision', 'number'],
  inet: ['inet', 'string'],
  int2: ['smallint', 'number'],
  int4: ['int', 'number'],
  int8: ['bigint', 'string'],
  interval: ['interval', 'unknown'],
  json: ['json', 'unknown'],
  jsonb: ['jsonb', 'unknown'],
  line: ['line', 'string'],
  lseg: ['lseg', 'string'],
  macaddr: ['macaddr', 'string'],
  money: ['money', 'string'],
  numeric: ['numeric', 'string'],
  path: ['path', 'string'],
  point: ['point', 'unknown'],
  polygon: ['polygon', 'string'],
  text: ['text', 'string'],
  time: ['time', 'string'],
  timetz: ['time with time zone', 'string'],
  timestamp: ['timestamp', 'Date'],
  timestamptz: ['timestamp with time zone', 'Date'],
  tsquery: ['tsquery', 'string'],
  tsvector: ['tsvector', 'string'],
  uuid: ['uuid', 'string'],
  varbit: ['varbit', 'string'],
  varchar: ['varchar', 'string'],
  xml: ['xml', 'string'],
  ...Object.fromEntries(
    ['int4', 'int8', 'num', 'ts', 'tstz', 'date']
      .flatMap((range) => [`${range}range`, `${range}multirange`])
      .map((range) => [range, [range, 'string'] as const]),
  ),
};

const RESERVED = ['Column', 'PrimaryColumn', 'StreamTable', 'StreamTableEntity', 'Array', 'Buffer', 'Date'];

/** Writes stream tables as the entities of TypeORM's users. */
export function typeormEntities(models: readonly Model[]): string {
  const names = new Names('PascalCase', 'unicode', 'Table', RESERVED);
  const decorators = new Set<string>();
  const classes = models.map((model) => {
    const properties = new Names('camelCase', 'unicode', 'column', ['constructor']);
    const columns = model.columns.map((column) => {
      const decorator = model.key?.includes(column.name) === true ? 'PrimaryColumn' : 'Column';
      decorators.add(decorator);
      return memberOf(column, properties.give(column.name), decorator);
    });
    const identity = object({ name: quoted(model.name), schema: quoted(model.schema) });
    const head = `@StreamTable(${identity})\nexport class ${names.give(model.name)} extends StreamTableEntity {\n`;
    return `${docstring(model.comment, '')}${head}${columns.join('\n')}}\n`;
  });
  const imports = classes.length === 0 ? '' : imported(['StreamTable', 'StreamTableEntity'], '@pgstream/typeorm');
  return [imports + imported(decorators, 'typeorm'), ...classes].filter((part) => part !== '').join('\n');
}

function memberOf({ name, type, nullable, comment }: Column, property: string, decorator: string): string {
  const [columnType, data] = typeOf(type);
  const options = object({
    // A naming strategy would make another one of it.
    name: property === name && name === name.toLowerCase() ? undefined : quoted(name),
    ...modifiersOf(type, columnType),
    enum: type.labels === null ? undefined : `[${type.labels.map(quoted).join(', ')}]`,
    array: type.dimensions > 0 ? 'true' : undefined,
    nullable: nullable ? 'true' : undefined,
  });
  const args = [quoted(columnType), options].filter((arg) => arg !== '').join(', ');
  const element = data.includes('|') ? `(${data})` : data;
  const shown = type.dimensions === 0 ? data : `${element}${'[]'.repeat(type.dimensions)}`;
  const written = nullable && shown !== 'unknown' ? `${shown} | null` : shown;
  return `${docstring(comment, '  ')}  @${decorator}(${args})\n  ${property}!: ${written};\n`;
}

/** What TypeORM has no type for is text, as the driver gives it: no stream table is made from the declaration. */
function typeOf({ schema, name, labels }: ColumnType): readonly [type: string, data: string] {
  if (labels !== null) return ['enum', labels.map(quoted).join(' | ') || 'never'];
  if (name === 'citext' || name === 'hstore') return [name, 'string'];
  return (schema === 'pg_catalog' && TYPES[name]) || ['text', name === 'oid' ? 'number' : 'string'];
}

/** Of the types whose declarations take them. */
function modifiersOf({ precision, scale }: ColumnType, type: string): Readonly<Record<string, string | undefined>> {
  if (precision === null) return {};
  if (['varchar', 'char'].includes(type)) return { length: String(precision) };
  return /^(?:numeric|time)/.test(type) ? { precision: String(precision), scale: scale?.toString() } : {};
}
