import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../output.schema.json' with { type: 'json' };

const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { 'date-time': (text: string) => new Date(text).toJSON() === text },
});
ajv.addSchema(schema, 'output');

/** What JSON that a command prints has against the schema; nothing if it is as documented. */
export function against(definition: string, printed: string): unknown {
  const validate = ajv.getSchema(`output#/$defs/${definition}`);
  if (!validate) throw new Error(`The schema does not define ${definition}.`);
  return validate(JSON.parse(printed)) === true ? [] : validate.errors;
}
