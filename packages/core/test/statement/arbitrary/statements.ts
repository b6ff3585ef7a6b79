import fc from 'fast-check';
import { constant, type Token, words } from './spelling.ts';

/** A statement, what it writes when it is run, and what of that is said of which table. */
export interface Statement {
  readonly tokens: readonly Token[];
  readonly writes: readonly string[];
}

/** Of the tables of the fixture those that are named in generated statements. */
const NAMES = [
  'order_totals',
  'other',
  'orders',
  'Order Totals',
  'order"totals',
  'a.b',
  'a$b',
  'délices',
  'DÉLICES',
  '注文',
  'delete',
  'update',
  '\u{1f600}',
  '"'.repeat(63),
];

interface Table {
  readonly tokens: readonly Token[];
  readonly said: string;
}

const plainOrQuoted = (name: string): string => (/^[a-z_\d]+$/.test(name) ? name : `"${name}"`);

const table: fc.Arbitrary<Table> = fc.oneof(
  fc.constantFrom(...NAMES).map((name) => ({ tokens: [{ name }], said: plainOrQuoted(name) })),
  fc.constantFrom(...NAMES).map((name) => inSchema('public', name)),
  fc.constantFrom('order_totals', 'other').map((name) => inSchema('analytics', name)),
);

function inSchema(schema: string, name: string): Table {
  return { tokens: [{ name: schema }, { text: '.' }, { name }], said: `${schema}.${plainOrQuoted(name)}` };
}

const relation: fc.Arbitrary<Table> = fc
  .tuple(table, fc.constantFrom('plain', 'only', 'only in parentheses', 'descendants'))
  .map(([{ tokens, said }, form]) => {
    if (form === 'only') return { tokens: [...words('ONLY'), ...tokens], said };
    if (form === 'only in parentheses') return { tokens: [...words('ONLY ('), ...tokens, ...words(')')], said };
    return { tokens: form === 'descendants' ? [...tokens, ...words('*')] : tokens, said };
  });

const alias = (...names: string[]): fc.Arbitrary<Token[]> => fc.constantFrom(...names).map((text) => words(text));

/** What a SELECT lists: things called like writes, or about them. */
const expression: fc.Arbitrary<Token[]> = fc.oneof(
  constant.map((token) => [token]),
  fc
    .constantFrom('delete', 'update', '1', 'trim ( delete FROM delete )', '( update )', 'insert + merge', 'NULL')
    .map((text) => words(text)),
);

const reading: fc.Arbitrary<Token[]> = fc
  .tuple(
    expression,
    alias('delete', 'AS update', 'AS insert', 'AS x'),
    relation,
    alias('delete', 'AS update', 'AS merge', 't'),
    fc.constantFrom('', ' FOR UPDATE', ' WHERE id IN ( SELECT 1 )', ' ORDER BY update', ' LIMIT 1 FOR NO KEY UPDATE'),
  )
  .map(([one, column, { tokens }, name, end]) => [
    ...words('SELECT'),
    ...one,
    ...column,
    ...words('FROM'),
    ...tokens,
    ...name,
    ...words(end.trim()).filter((token) => !('text' in token) || token.text !== ''),
  ]);

const deleting: fc.Arbitrary<Statement> = fc
  .tuple(relation, alias('delete', 'AS update', 't'), table)
  .map(([target, name, { tokens }]) => ({
    tokens: [
      ...words('DELETE FROM'),
      ...target.tokens,
      ...name,
      ...words('USING'),
      ...tokens,
      ...words('AS insert RETURNING 1'),
    ],
    writes: [`delete ${target.said}`],
  }));

const updating: fc.Arbitrary<Statement> = fc
  .tuple(relation, alias('delete', 'AS update', 't'), reading)
  .map(([target, name, query]) => ({
    tokens: [
      ...words('UPDATE'),
      ...target.tokens,
      ...name,
      ...words('SET update = 1 , total = ( SELECT 1 FROM ('),
      ...query,
      ...words(') q ) RETURNING 1'),
    ],
    writes: [`update ${target.said}`],
  }));

const inserting: fc.Arbitrary<Statement> = fc
  .tuple(
    table,
    table,
    fc.constantFrom('', ' ON CONFLICT DO NOTHING', ' ON CONFLICT ( id ) DO UPDATE SET delete = NULL'),
  )
  .map(([target, source, end]) => ({
    tokens: [
      ...words('INSERT INTO'),
      ...target.tokens,
      ...words('AS delete ( id ) SELECT update.id FROM'),
      ...source.tokens,
      ...words(`AS update${end} RETURNING 1`),
    ],
    writes: [`insert ${target.said}`],
  }));

const merging: fc.Arbitrary<Statement> = fc
  .tuple(
    relation,
    table,
    fc.constantFrom(
      'MATCHED THEN DELETE',
      'MATCHED THEN UPDATE SET total = 1',
      'NOT MATCHED THEN INSERT ( id ) VALUES ( update.id )',
    ),
  )
  .map(([target, source, when]) => ({
    tokens: [
      ...words('MERGE INTO'),
      ...target.tokens,
      ...words('AS delete USING'),
      ...source.tokens,
      ...words(`AS update ON delete.id = update.id WHEN ${when} RETURNING 1`),
    ],
    writes: [`merge ${target.said}`],
  }));

const writing: fc.Arbitrary<Statement> = fc.oneof(deleting, updating, inserting, merging);
const readOnly: fc.Arbitrary<Statement> = reading.map((tokens) => ({ tokens, writes: [] }));

/** Names that mean something else elsewhere. */
const LISTED = ['gone', 'recursive', 'search', 'cycle', 'materialized', 'ordinality', 'time', 'with'];

/** With a WITH list before it, whose queries are of the given kind. */
function withList(main: fc.Arbitrary<Statement>, listed: fc.Arbitrary<Statement>): fc.Arbitrary<Statement> {
  const list = fc.array(
    fc.tuple(listed, fc.constantFrom('AS (', 'AS MATERIALIZED (', 'AS NOT MATERIALIZED (', '( x ) AS (')),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  return fc
    .tuple(fc.constantFrom('WITH', 'WITH RECURSIVE'), fc.shuffledSubarray(LISTED, { minLength: 3 }), list, main)
    .map(([keyword, names, queries, last]) => ({
      tokens: [
        // PostgreSQL has no WITH RECURSIVE before MERGE.
        ...words(last.writes.some((write) => write.startsWith('merge')) ? 'WITH' : keyword),
        ...queries.flatMap(([query, opening], index): Token[] => [
          ...(index > 0 ? words(',') : []),
          { name: names[index] ?? '' },
          ...words(opening),
          ...query.tokens,
          ...words(')'),
        ]),
        ...last.tokens,
      ],
      writes: [...queries.flatMap(([query]) => query.writes), ...last.writes],
    }));
}

/** The same in a form that changes nothing about what it writes, or keeps it from being run. */
const wrapped = (statement: fc.Arbitrary<Statement>, isQuery: boolean): fc.Arbitrary<Statement> =>
  fc
    .tuple(
      statement,
      fc.constantFrom(
        'EXPLAIN ANALYZE',
        'EXPLAIN ( COSTS off , analyse )',
        'EXPLAIN',
        'EXPLAIN ( ANALYZE off )',
        'PREPARE',
        ...(isQuery ? ['CREATE TEMPORARY TABLE kept ( x ) ON COMMIT DROP AS', '('] : []),
      ),
    )
    .map(([{ tokens, writes }, form]) => {
      const isRun = form !== 'EXPLAIN' && !form.includes('off )');
      if (form === 'PREPARE') {
        return {
          tokens: [...words('PREPARE delete AS'), ...tokens, ...words('; EXECUTE delete ; DEALLOCATE delete')],
          writes,
        };
      }
      const end = form === '(' ? words(')') : [];
      return { tokens: [...words(form), ...tokens, ...end], writes: isRun ? writes : [] };
    });

const truncating: fc.Arbitrary<Statement> = fc
  .tuple(fc.constantFrom('TRUNCATE', 'TRUNCATE TABLE'), fc.array(relation, { minLength: 1, maxLength: 3 }))
  .map(([keyword, targets]) => ({
    tokens: [
      ...words(keyword),
      ...targets.flatMap(({ tokens }, index) => [...(index > 0 ? words(',') : []), ...tokens]),
    ],
    writes: targets.map(({ said }) => `truncate ${said}`),
  }));

/** Statements that have writes in them and run none. Their tables are not those that others write: rules would. */
const defining: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.array(writing, { minLength: 1, maxLength: 3 }),
    table,
    constant,
    fc.constantFrom('procedure', 'rule', 'comment', 'privileges', 'trigger', 'lock'),
  )
  .map(([writes, { tokens }, text, kind]): Token[] => {
    const body = writes.flatMap((statement) => [...statement.tokens, ...words(';')]);
    switch (kind) {
      case 'procedure':
        return [
          ...words('CREATE OR REPLACE PROCEDURE erase ( ) BEGIN ATOMIC'),
          ...body,
          ...words('SELECT CASE WHEN true THEN 1 END AS end ; END'),
        ];
      case 'rule':
        return [
          ...words('CREATE OR REPLACE RULE erasing AS ON DELETE TO ancestor DO ALSO ('),
          ...inRule(writes),
          ...words('SELECT 1 )'),
        ];
      case 'comment':
        return [...words('COMMENT ON TABLE'), ...tokens, ...words('IS'), text];
      case 'privileges':
        return [...words('GRANT INSERT , UPDATE , DELETE ON'), ...tokens, ...words('TO PUBLIC')];
      case 'trigger':
        return [
          ...words(
            'CREATE OR REPLACE TRIGGER erasing BEFORE INSERT OR UPDATE OF delete OR DELETE ON ancestor EXECUTE FUNCTION logs ( )',
          ),
        ];
      case 'lock':
      default:
        return [...words('LOCK TABLE'), ...tokens];
    }
  })
  .map((tokens) => ({ tokens, writes: [] }));

/** What PostgreSQL takes for the actions of a rule: not MERGE, and without RETURNING. */
function inRule(writes: readonly Statement[]): Token[] {
  const taken = writes.filter(({ writes: [write = ''] }) => !write.startsWith('merge'));
  return taken.flatMap(({ tokens }) => [...tokens.slice(0, -words('RETURNING 1').length), ...words(';')]);
}

const defined: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom('ALTER TABLE', 'ALTER TABLE IF EXISTS ONLY'),
    table,
    fc.constantFrom(
      'ADD COLUMN extra int',
      'OWNER TO CURRENT_USER , DROP COLUMN total',
      'RENAME COLUMN update TO updated',
      'SET SCHEMA empty',
      'SET ( fillfactor = 70 , autovacuum_enabled = off ) , ALTER update SET DEFAULT 1',
    ),
  )
  .map(([start, { tokens, said }, action]) => ({
    tokens: [...words(start), ...tokens, ...words(action)],
    writes: [`alter table ${said}`],
  }));

const dropping: fc.Arbitrary<Statement> = fc
  .tuple(fc.constantFrom('DROP TABLE', 'DROP TABLE IF EXISTS'), table)
  .map(([start, { tokens, said }]) => ({ tokens: [...words(start), ...tokens], writes: [`drop table ${said}`] }));

const reads: fc.Arbitrary<Statement> = fc.oneof(
  readOnly,
  withList(readOnly, readOnly),
  wrapped(readOnly, true),
  defining,
);

const anyStatement: fc.Arbitrary<Statement> = fc.oneof(
  writing,
  reads,
  withList(fc.oneof(writing, readOnly), fc.oneof(writing, readOnly)),
  wrapped(writing, false),
  wrapped(withList(readOnly, fc.oneof(writing, readOnly)), true),
  truncating,
);

const joined = (statements: readonly Statement[]): Statement => ({
  tokens: statements.flatMap(({ tokens }, index) => [
    ...(index > 0 ? words(';') : []),
    // Each of them keeps what it keeps in a table of its own.
    ...tokens.map((token) => ('word' in token && token.word === 'kept' ? { word: `kept${'abc'[index]}` } : token)),
  ]),
  writes: statements.flatMap(({ writes }) => writes),
});

/** Texts of one statement or some. */
export const texts: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 8, arbitrary: fc.array(anyStatement, { minLength: 1, maxLength: 3 }).map(joined) },
  defined,
  dropping,
);

/** Texts that write nothing. */
export const readingTexts: fc.Arbitrary<Statement> = fc.array(reads, { minLength: 1, maxLength: 3 }).map(joined);
