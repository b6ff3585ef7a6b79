import type { RegisteredModel, StreamTableRegistry } from '../registry/index.ts';
import type { Settings } from './settings.ts';

const HEADER = '// Written by pgstream-prisma: `prisma generate` writes it anew from the schema.';

/** Whether a file was written by this generator. */
export function isOurs(text: string): boolean {
  return text.startsWith(HEADER);
}

/** A file of the generated module. */
interface GeneratedFile {
  readonly file: string;
  readonly text: string;
}

/** The module: one file of TypeScript, or one of JavaScript and its declarations. */
export function modulesOf(registry: StreamTableRegistry, { extension, format }: Settings): GeneratedFile[] {
  const entries = printed(registry);
  const comment = commentOn(registry);
  if (extension.endsWith('ts')) return [{ file: `index.${extension}`, text: typeScript(comment, entries) }];
  return [
    { file: `index.${extension}`, text: format === 'esm' ? esModule(comment, entries) : commonJs(comment, entries) },
    { file: `index.d.${extension.replace('j', 't')}`, text: declarations(comment, entries) },
  ];
}

function typeScript(comment: string, entries: string): string {
  return `${HEADER}
import { defineStreamTables, type StreamTables } from '@pgstream/prisma';

const registry = ${entries} as const;

type Registered = typeof registry;

${COMMENT_ON_TYPE}
export interface Registry extends Registered {}

${comment}
export const streamTables: StreamTables<Registry> = defineStreamTables<Registry>(registry);
`;
}

function esModule(comment: string, entries: string): string {
  return `${HEADER}
import { defineStreamTables } from '@pgstream/prisma';

${comment}
export const streamTables = defineStreamTables(${entries});
`;
}

function commonJs(comment: string, entries: string): string {
  return `${HEADER}
'use strict';

const { defineStreamTables } = require('@pgstream/prisma');

${comment}
exports.streamTables = defineStreamTables(${entries});
`;
}

/** The entries are a type as well as a value. */
function declarations(comment: string, entries: string): string {
  return `${HEADER}
import type { StreamTables } from '@pgstream/prisma';

${COMMENT_ON_TYPE}
export interface Registry ${entries}

${comment}
export declare const streamTables: StreamTables<Registry>;
`;
}

const COMMENT_ON_TYPE = '/** The models that have to do with stream tables, and how. */';

function commentOn(registry: StreamTableRegistry): string {
  const names = Object.keys(registry).filter((model) => registry[model]?.streamTable);
  return `/**
 * The client extension for the stream tables of the schema${names.length > 0 ? ` (${names.join(', ')})` : ''}: apply it last.
 *
 * @example
 * const prisma = new PrismaClient({ adapter }).$extends(streamTables());
 */`;
}

function printed(registry: StreamTableRegistry): string {
  const models = Object.entries(registry);
  if (models.length === 0) return '{}';
  return `{\n${models.map(([name, model]) => `  ${name}: ${printedModel(model)},\n`).join('')}}`;
}

function printedModel({ streamTable, relations = {} }: RegisteredModel): string {
  if (streamTable) {
    const { schema, name } = streamTable;
    const parts = [...(schema === undefined ? [] : [`schema: ${quoted(schema)}`]), `name: ${quoted(name)}`];
    return `{ streamTable: { ${parts.join(', ')} } }`;
  }
  const fields = Object.entries(relations).map(
    ([field, { model, foreignKey }]) =>
      `      ${field}: { model: ${quoted(model)}, foreignKey: ${quoted(foreignKey)} },\n`,
  );
  return `{\n    relations: {\n${fields.join('')}    },\n  }`;
}

/** In the quotes of which fewer have to be escaped. */
function quoted(text: string): string {
  const inDoubleQuotes = JSON.stringify(text);
  if (count(text, "'") > count(text, '"')) return inDoubleQuotes;
  return `'${inDoubleQuotes
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`)}'`;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
