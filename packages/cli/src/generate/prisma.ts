import type { Column, ColumnType, Model } from './model.ts';
import { Names } from './naming.ts';

/** The scalar of Prisma's schema by PostgreSQL's name of the type, and its native type where that is another than Prisma's own. */
const TYPES: Readonly<Record<string, readonly [scalar: string, native?: string]>> = {
  bit: ['String', 'Bit'],
  bool: ['Boolean'],
  bpchar: ['String', 'Char'],
  bytea: ['Bytes'],
  cidr: ['String', 'Inet'],
  citext: ['String', 'Citext'],
  date: ['DateTime', 'Date'],
  float4: ['Float', 'Real'],
  float8: ['Float'],
  inet: ['String', 'Inet'],
  int2: ['Int', 'SmallInt'],
  int4: ['Int'],
  int8: ['BigInt'],
  json: ['Json', 'Json'],
  jsonb: ['Json'],
  money: ['Decimal', 'Money'],
  numeric: ['Decimal'],
  oid: ['Int', 'Oid'],
  text: ['String'],
  time: ['DateTime', 'Time'],
  timetz: ['DateTime', 'Timetz'],
  timestamp: ['DateTime', 'Timestamp'],
  timestamptz: ['DateTime', 'Timestamptz'],
  uuid: ['String', 'Uuid'],
  varbit: ['String', 'VarBit'],
  varchar: ['String', 'VarChar'],
  xml: ['String', 'Xml'],
};

/** Names that Prisma's client has itself. */
const RESERVED = ['Prisma', 'PrismaClient', 'Unsupported', ...new Set(Object.values(TYPES).map(([scalar]) => scalar))];

/** Writes stream tables as views of a Prisma schema, to stand beside the file with the datasource. */
export function prismaViews(models: readonly Model[]): string {
  // A datasource that names no schemas takes no @@schema.
  const withSchemas = models.some(
    ({ schema, columns }) =>
      schema !== 'public' || columns.some(({ type }) => type.labels !== null && type.schema !== 'public'),
  );
  const names = new Names('PascalCase', 'ascii', 'Table', RESERVED);
  const views = models.map((model) => ({ model, name: names.give(model.name) }));
  const enums = new Enums(names, withSchemas);
  const written = views.map(({ model, name }) =>
    isQuotable(model.schema) && isQuotable(model.name)
      ? viewOf(model, name, enums, withSchemas)
      : `// Left out, for Prisma cannot read it by its name: ${model.schema}.${model.name}\n`,
  );
  return [...written, ...enums.written()].join('\n');
}

function viewOf(
  { name, schema, comment, columns, key }: Model,
  called: string,
  enums: Enums,
  withSchemas: boolean,
): string {
  const fields = new Names('camelCase', 'ascii', 'column', ['constructor']);
  const named = columns.map((column) => ({ column, field: fields.give(column.name) }));
  // Prisma takes no key of types that it does not read.
  const unique = key?.every(
    (each) => isQuotable(each) && named.some(({ column }) => column.name === each && isKnown(column.type)),
  )
    ? key
    : null;
  const rows = named.map(({ column, field }) => {
    const isUnique = unique?.length === 1 && unique[0] === column.name;
    const attributes = [
      isQuotable(column.name) ? '' : '@ignore',
      nativeOf(column.type),
      isUnique ? '@unique' : '',
      field === column.name ? '' : `@map(${string(column.name)})`,
    ];
    return {
      comment: column.comment,
      cells: [field, typeOf(column, enums), attributes.filter((each) => each !== '').join(' ')],
    };
  });
  const widths = [0, 1].map((at) => Math.max(...rows.map(({ cells }) => cells[at]?.length ?? 0)));
  const lines = rows.map(({ comment: said, cells }) => {
    const row = cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd();
    return `${documented(said, '  ')}  ${row}\n`;
  });
  const block = [
    unique !== null && unique.length > 1
      ? `@@unique([${unique.map((each) => named.find(({ column }) => column.name === each)?.field).join(', ')}])`
      : '',
    called === name ? '' : `@@map(${string(name)})`,
    withSchemas ? `@@schema(${string(schema)})` : '',
  ].filter((each) => each !== '');
  const tail = block.length === 0 ? '' : `\n${block.map((each) => `  ${each}\n`).join('')}`;
  return `${documented(comment, '')}/// @streamTable\nview ${called} {\n${lines.join('')}${tail}}\n`;
}

/** Prisma writes a name with a double quote in it as two names, so that the whole model could not be read. */
function isQuotable(name: string): boolean {
  return !name.includes('"');
}

function isKnown({ schema, name, labels }: ColumnType): boolean {
  return labels !== null || ((schema === 'pg_catalog' || name === 'citext') && TYPES[name] !== undefined);
}

function typeOf({ type, nullable }: Column, enums: Enums): string {
  // An array of arrays cannot be said.
  if (!isKnown(type) || type.dimensions > 1) {
    return `Unsupported(${string(`${type.text}${'[]'.repeat(type.dimensions)}`)})${nullable ? '?' : ''}`;
  }
  const scalar = type.labels === null ? (TYPES[type.name]?.[0] ?? '') : enums.name(type);
  // A list is never null to Prisma.
  return type.dimensions > 0 ? `${scalar}[]` : `${scalar}${nullable ? '?' : ''}`;
}

function nativeOf(type: ColumnType): string {
  if (!isKnown(type) || type.labels !== null || type.dimensions > 1) return '';
  const { name, precision, scale } = type;
  if (name === 'numeric')
    return precision === null || scale === null || scale < 0 ? '' : `@db.Decimal(${precision}, ${scale})`;
  const native = TYPES[name]?.[1];
  if (native === undefined) return '';
  return precision === null ? `@db.${native}` : `@db.${native}(${precision})`;
}

/** The enums that views use, each written once. */
class Enums {
  readonly #names: Names;
  readonly #withSchemas: boolean;
  readonly #enums = new Map<string, { readonly name: string; readonly type: ColumnType }>();

  constructor(names: Names, withSchemas: boolean) {
    this.#names = names;
    this.#withSchemas = withSchemas;
  }

  name(type: ColumnType): string {
    const key = JSON.stringify([type.schema, type.name]);
    const known = this.#enums.get(key) ?? { name: this.#names.give(type.name), type };
    this.#enums.set(key, known);
    return known.name;
  }

  written(): string[] {
    return [...this.#enums.values()].map(({ name, type }) => {
      const values = new Names('camelCase', 'ascii', 'value');
      const lines = (type.labels ?? []).map((label) => {
        const value = /^[A-Za-z][A-Za-z0-9_]*$/.test(label) ? label : values.give(label);
        return `  ${value}${value === label ? '' : ` @map(${string(label)})`}\n`;
      });
      const block = [
        name === type.name ? '' : `  @@map(${string(type.name)})\n`,
        this.#withSchemas ? `  @@schema(${string(type.schema)})\n` : '',
      ].join('');
      return `enum ${name} {\n${lines.join('')}${block === '' ? '' : `\n${block}`}}\n`;
    });
  }
}

function documented(comment: string | null, indent: string): string {
  if (comment === null || comment.trim() === '') return '';
  return comment
    .trim()
    .split(/\r?\n/)
    .map((line) => `${indent}/// ${line}`.trimEnd())
    .join('\n')
    .concat('\n');
}

/** A string of Prisma's schema. */
function string(text: string): string {
  return JSON.stringify(text);
}
