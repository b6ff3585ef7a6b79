import { basename } from 'node:path';
import type { QualifiedName, RefreshMode, StreamTableName } from '@pgstream/core';
import type { DeclaredStreamTable } from '@pgstream/core/definitions';
import { CliError, EXIT } from '../exit/index.ts';
import { nameText, parseName } from '../names/index.ts';

const KEYS = ['name', 'schedule', 'mode', 'view', 'comment'] as const;
type Key = (typeof KEYS)[number];

/** Which of them an extension has is core's to say. */
const MODES = ['DIFFERENTIAL', 'FULL', 'AUTO', 'IMMEDIATE'] as const satisfies readonly RefreshMode[];

/**
 * A stream table in a file of its own: the query, and above it what else is to be known, a comment a line.
 *
 *     -- schedule: 5m
 *     -- mode: FULL
 *     SELECT …;
 *
 * It is called as the file is, `order_totals.sql` or `analytics.visits.sql`, unless `-- name:` says otherwise. A schedule of
 * `calculated` is none of its own.
 */
export function readSqlFile(path: string, text: string, defaultSchema: string): DeclaredStreamTable {
  const said = new Map<Key, string>();
  let rest = text.replace(/^\uFEFF/, '');
  for (;;) {
    const [line, key = '', value = ''] = /^[ \t]*--[ \t]*(\w+):[ \t]*(.*?)[ \t]*(?:\r?\n|$)/.exec(rest) ?? [];
    if (line === undefined) break;
    if (!isKey(key)) {
      throw unusable(
        path,
        `"${key}" means nothing in its first lines. There are ${KEYS.join(', ')}; leave an empty line before a comment of yours.`,
      );
    }
    said.set(key, value);
    rest = rest.slice(line.length);
  }
  const schedule = said.get('schedule');
  const comment = said.get('comment');
  const view = said.get('view');
  const mode = said.get('mode')?.toUpperCase();
  if (mode !== undefined && !isMode(mode)) {
    throw unusable(path, `its mode must be one of ${MODES.join(', ')}, and not "${said.get('mode')}".`);
  }
  const name = parseName(said.get('name') ?? basename(path, '.sql'), defaultSchema);
  return {
    name,
    query: rest.replace(/[\s;]+$/, '').trimStart(),
    ...(schedule !== undefined && { schedule: schedule === 'calculated' ? null : schedule }),
    ...(mode !== undefined && { refreshMode: mode }),
    ...(view !== undefined && { view: parseName(view, name.schema) }),
    ...(comment !== undefined && { comment }),
    source: path,
  };
}

/** The same in the other direction. */
export function writeSqlFile(
  { name, query, schedule, refreshMode, view, comment }: DeclaredStreamTable,
  defaultSchema: string,
): { readonly path: string; readonly text: string } {
  const called = inSchema(name, defaultSchema);
  const path = nameText(called, defaultSchema);
  const isFileName = /^[\w.$-]+$/.test(path);
  const head = [
    ...(isFileName ? [] : [`-- name: ${path}`]),
    ...(schedule === undefined ? [] : [`-- schedule: ${typeof schedule === 'string' ? schedule : 'calculated'}`]),
    ...(refreshMode === undefined ? [] : [`-- mode: ${refreshMode}`]),
    ...(view == null ? [] : [`-- view: ${nameText(inSchema(view, called.schema), called.schema)}`]),
    ...(comment == null ? [] : [`-- comment: ${comment.replaceAll(/\s+/g, ' ')}`]),
  ];
  return {
    path: `${isFileName ? path : path.replaceAll(/[^\w.$-]/g, '_')}.sql`,
    text: `${head.join('\n')}\n\n${query.trim()};\n`,
  };
}

function inSchema(name: StreamTableName, schema: string): QualifiedName {
  return typeof name === 'string' ? { schema, name } : { schema: name.schema ?? schema, name: name.name };
}

function isKey(word: string): word is Key {
  return (KEYS as readonly string[]).includes(word);
}

function isMode(word: string): word is RefreshMode {
  return (MODES as readonly string[]).includes(word);
}

function unusable(path: string, why: string): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', `${path} cannot be used: ${why}`);
}
