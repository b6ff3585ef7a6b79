import type { RegisteredModel } from '../registry/index.ts';

/** What a comment `/// @streamTable(schema: "analytics", name: "order_totals")` says. */
type Annotation = Partial<Readonly<Record<(typeof OPTIONS)[number], string>>>;
type StreamTable = NonNullable<RegisteredModel['streamTable']>;

/** A stream table, and how it is made where the comment says so. */
export interface AnnotatedStreamTable {
  readonly streamTable: StreamTable;
  /** The file of its defining query, from where the schema's own file is. */
  readonly query?: string;
  readonly schedule?: string;
  readonly refreshMode?: string;
  readonly view?: string;
}

/** A model as it is declared. */
interface DeclaredModel {
  readonly name: string;
  /** Its comment. */
  readonly documentation?: string | null | undefined;
  /** By `@@map` and `@@schema`. */
  readonly dbName?: string | null | undefined;
  readonly schema?: string | null | undefined;
}

const OPTIONS = ['schema', 'name', 'query', 'schedule', 'refreshMode', 'view'] as const;

/** One option and what follows it; the value is a string as JSON, and as schema.prisma, writes it. */
const OPTION = /^\s*(?<option>\w+)\s*:\s*(?<value>"(?:[^"\\]|\\.)*")\s*(?<rest>,.*|)$/;

/** Begins every line that was meant to be one, misspelt or not. */
const MEANT = /^@stream[_-]?tables?(?![\w-])/i;

/** The stream table that a model stands for; undefined for one that stands for none. */
export function streamTableOf(model: DeclaredModel): StreamTable | undefined {
  return annotatedStreamTableOf(model)?.streamTable;
}

/** The same, with how it is made. */
export function annotatedStreamTableOf(model: DeclaredModel): AnnotatedStreamTable | undefined {
  const annotation = annotationOf(model.name, model.documentation);
  if (!annotation) return undefined;
  const { schema = model.schema, name = model.dbName ?? model.name, ...making } = annotation;
  const [unused] = making.query === undefined ? Object.keys(making) : [];
  if (unused !== undefined) {
    throw new Error(
      `"${model.name}" has /// @streamTable with a ${unused} and no query, so that nothing is made by it. Name the file of its defining query: /// @streamTable(query: "order_totals.sql", schedule: "5m").`,
    );
  }
  return { streamTable: { ...(schema && { schema }), name }, ...making };
}

/** Whether a line of a comment is one, or was meant to be. */
export function isAnnotation(line: string): boolean {
  return MEANT.test(line);
}

/** The annotation in a model's documentation; undefined if there is none. Throws for one that cannot be understood. */
function annotationOf(model: string, documentation: string | null | undefined): Annotation | undefined {
  const lines = (documentation ?? '').split('\n').map((line) => line.trim());
  const [line, ...others] = lines.filter(isAnnotation);
  if (line === undefined) return undefined;
  if (others.length > 0) throw new Error(`"${model}" has more than one /// @streamTable. Leave one.`);
  const [, name, , inside] = /^(@[\w-]+)\s*(\((.*)\))?$/.exec(line) ?? [];
  if (name !== '@streamTable') {
    throw new Error(
      `"${model}" has the comment /// ${line}, which is not understood. Write /// @streamTable, or /// @streamTable(schema: "analytics", name: "order_totals").`,
    );
  }
  return optionsOf(model, inside ?? '');
}

function optionsOf(model: string, inside: string): Annotation {
  const options: { -readonly [Option in keyof Annotation]: Annotation[Option] } = {};
  for (let left = inside.trim(); left !== '';) {
    const { option = '', value = '""', rest = '' } = OPTION.exec(left)?.groups ?? {};
    const known = OPTIONS.find((name) => name === option);
    const text: unknown = JSON.parse(value);
    if (known === undefined || known in options || typeof text !== 'string' || text === '') {
      throw new Error(
        `"${model}" has /// @streamTable(${inside}), which is not understood at ${left}. The options are ${OPTIONS.join(', ')}, each once, and each a text that is not empty: /// @streamTable(schema: "analytics", name: "order_totals").`,
      );
    }
    options[known] = text;
    left = rest.replace(/^,\s*/, '');
  }
  return options;
}
