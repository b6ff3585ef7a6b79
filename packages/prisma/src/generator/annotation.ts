import type { RegisteredModel } from '../registry/index.ts';

/** What a comment `/// @streamTable(schema: "analytics", name: "order_totals")` says. */
export type Annotation = Partial<NonNullable<RegisteredModel['streamTable']>>;

const OPTIONS = ['schema', 'name'] as const;

/** One option and what follows it; the value is a string as JSON, and as schema.prisma, writes it. */
const OPTION = /^\s*(?<option>\w+)\s*:\s*(?<value>"(?:[^"\\]|\\.)*")\s*(?<rest>,.*|)$/;

/** Begins every line that was meant to be one, misspelt or not. */
const MEANT = /^@stream[_-]?tables?(?![\w-])/i;

/** The annotation in a model's documentation; undefined if there is none. Throws for one that cannot be understood. */
export function annotationOf(model: string, documentation: string | undefined): Annotation | undefined {
  const lines = (documentation ?? '').split('\n').map((line) => line.trim());
  const [line, ...others] = lines.filter((text) => MEANT.test(text));
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
  const options: { schema?: string; name?: string } = {};
  for (let left = inside.trim(); left !== '';) {
    const { option = '', value = '""', rest = '' } = OPTION.exec(left)?.groups ?? {};
    const known = OPTIONS.find((name) => name === option);
    const text: unknown = JSON.parse(value);
    if (known === undefined || known in options || typeof text !== 'string' || text === '') {
      throw new Error(
        `"${model}" has /// @streamTable(${inside}), which is not understood at ${left}. The options are schema and name, each once, and each a text that is not empty: /// @streamTable(schema: "analytics", name: "order_totals").`,
      );
    }
    options[known] = text;
    left = rest.replace(/^,\s*/, '');
  }
  return options;
}

/** How many comments in the text of a schema are annotations. */
export function countAnnotations(schema: string): number {
  return schema.split('\n').filter((line) => MEANT.test(/^\s*\/\/\/\s*(.*)$/.exec(line)?.[1] ?? '')).length;
}
