/** What the suite tells an ORM's driver about a column, beside its PostgreSQL type. */
export type SampleKind =
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'boolean'
  | 'text'
  | 'uuid'
  | 'bytea'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'jsonb'
  | 'endless date'
  | 'endless timestamptz';

/** PostgreSQL's text of a value, in UTC and ISO format; an array where the column is one. */
type SampleValue = string | null | readonly (string | null)[];

/** A column of `samples` and of the stream table over it. The key is the column's name, and the model's property. */
export interface Sample {
  readonly column: string;
  /** Of the value, or of the elements where the values are arrays. */
  readonly kind: SampleKind;
  readonly type: string;
  /** What is hard about it. */
  readonly name: string;
  /** One for each row. */
  readonly values: readonly [SampleValue, SampleValue, SampleValue];
}

/** One column for each kind of value that drivers and ORMs are known to differ in, or to lose something of. */
export const SAMPLES: readonly Sample[] = [
  {
    column: 'big',
    kind: 'bigint',
    type: 'bigint',
    name: 'bigint beyond 2^53',
    values: ['9007199254740993', null, '-9223372036854775808'],
  },
  {
    column: 'long',
    kind: 'numeric',
    type: 'numeric',
    name: 'numeric of 30 digits',
    values: ['123456789012345678901234567.891', null, '-0.000000000000000000000000000001'],
  },
  {
    column: 'ratio',
    kind: 'double precision',
    type: 'double precision',
    name: 'double precision',
    values: ['0.1', null, '-1.5e-300'],
  },
  { column: 'flag', kind: 'boolean', type: 'boolean', name: 'boolean', values: ['true', null, 'false'] },
  {
    column: 'label',
    kind: 'text',
    type: 'text',
    name: 'text with quotes, backslashes and letters of every sort; the empty text',
    values: [`it's "here" \\ ünïcödé 🚂 $1 \n`, null, ''],
  },
  {
    column: 'uid',
    kind: 'uuid',
    type: 'uuid',
    name: 'uuid',
    values: ['0190163d-8694-739b-aea5-966c26f8ad91', null, '00000000-0000-0000-0000-000000000000'],
  },
  { column: 'bytes', kind: 'bytea', type: 'bytea', name: 'bytea with a zero byte', values: ['\\x00ff10', null, '\\x'] },
  { column: 'day', kind: 'date', type: 'date', name: 'date', values: ['2024-02-29', null, '1969-12-31'] },
  {
    column: 'local',
    kind: 'timestamp',
    type: 'timestamp(3)',
    name: 'timestamp without time zone',
    values: ['2024-02-29 23:30:00.123', null, '1969-12-31 23:59:59.999'],
  },
  {
    column: 'instant',
    kind: 'timestamptz',
    type: 'timestamptz(3)',
    name: 'timestamptz',
    values: ['2024-02-29 23:30:00.123+00', null, '1969-12-31 23:59:59.999+00'],
  },
  {
    column: 'endless_day',
    kind: 'endless date',
    type: 'date',
    name: 'date of infinity and -infinity',
    values: ['infinity', null, '-infinity'],
  },
  {
    column: 'endless',
    kind: 'endless timestamptz',
    type: 'timestamptz',
    name: 'timestamptz of infinity and -infinity',
    values: ['infinity', null, '-infinity'],
  },
  {
    column: 'tags',
    kind: 'text',
    type: 'text[]',
    name: 'text[] with commas, quotes and braces; the empty array',
    values: [['a', 'b,c', 'say "hi" \\ {}', 'NULL'], null, []],
  },
  {
    column: 'gaps',
    kind: 'text',
    type: 'text[]',
    name: 'text[] with NULL among its elements',
    values: [['a', null], null, [null]],
  },
  {
    column: 'ids',
    kind: 'bigint',
    type: 'bigint[]',
    name: 'bigint[] beyond 2^53',
    values: [['9007199254740993', '-1'], null, ['-9223372036854775808']],
  },
  {
    column: 'doc',
    kind: 'jsonb',
    type: 'jsonb',
    name: 'jsonb; the JSON null is not NULL in PostgreSQL',
    values: ['{"n": 1.5, "list": [true, null, "x"]}', null, '[]'],
  },
];

/** Digits that JavaScript's JSON.parse loses. */
export const BIG_JSON = '{"n": 9007199254740993}';

const columns = SAMPLES.map(({ column, type }) => `${column} ${type}`).join(', ');
const names = ['id', ...SAMPLES.map(({ column }) => column), 'big_doc'].join(', ');

/** The ordinary table that the samples are written to, and the stream table over it. */
export const SAMPLES_SQL = `
  CREATE TABLE public.samples (id integer PRIMARY KEY, ${columns}, big_doc jsonb);
  SET LOCAL TimeZone = 'UTC';
  INSERT INTO public.samples (${names}) VALUES ${[0, 1, 2].map(row).join(', ')};
  SELECT pgstream.create_stream_table(name => 'public.sample_rows', schedule => '1h', refresh_mode => 'FULL',
    query => 'SELECT ${names} FROM public.samples');`;

function row(index: number): string {
  const values = SAMPLES.map(({ type, values: texts }) => literal(type, texts[index] ?? null));
  return `(${[index + 1, ...values, index === 0 ? literal('jsonb', BIG_JSON) : 'NULL'].join(', ')})`;
}

function literal(type: string, value: SampleValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `${quoted(value)}::${type}`;
  return `ARRAY[${value.map((each) => (each === null ? 'NULL' : quoted(each))).join(', ')}]::${type}`;
}

/** `E''`, because backslashes may be in it. */
function quoted(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
