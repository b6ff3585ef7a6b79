import { describe, expect, it } from 'vitest';
import { classify } from '../src/classification/index.ts';
import { DIALECTS, dialectOf, type DialectName } from '../src/dialect/index.ts';
import {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
} from '../src/index.ts';

const name = { schema: 'public', name: 'totals' };

/** What pg and postgres.js throw, as far as it matters: an Error with the server's code. */
function serverError(code: string, message: string, extra: object = {}): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR', ...extra });
}

/** As Prisma throws it. */
function prisma(code: string, meta: object): Error {
  return Object.assign(new Error('Invalid `prisma.$queryRawUnsafe()` invocation: secret'), { code, meta });
}

/** What Prisma's driver adapters say, as `meta` of such an error. */
function fromAdapter(cause: object): object {
  return { driverAdapterError: { name: 'DriverAdapterError', cause } };
}

function classified(error: unknown, operation: string, dialect: DialectName = 'pg_stream'): PgStreamError {
  return classify(error, { operation, name, dialect: DIALECTS[dialect] });
}

type Case = [operation: string, sqlState: string, message: string, code: PgStreamErrorCode];

/** Messages as the real servers sent them. */
describe('an error of pg_stream 0.1.1', () => {
  it.each<Case>([
    ['drop', 'XX000', 'stream table not found: public.totals', 'NOT_FOUND'],
    ['create', 'XX000', 'stream table already exists: public.totals', 'ALREADY_EXISTS'],
    ['refresh', 'XX000', 'refresh skipped: public.totals — another refresh is already in progress', 'REFRESH_BUSY'],
    [
      'refresh',
      'XX000',
      "invalid argument: stream table public.totals is suspended; use pgstream.resume_stream_table('totals') first",
      'SUSPENDED',
    ],
    [
      'resume',
      'XX000',
      'invalid argument: stream table public.totals is not suspended (current status: ACTIVE)',
      'SUSPENDED',
    ],
    ['create', 'XX000', 'invalid argument: schedule must be at least 60s, got 59s', 'INVALID_SCHEDULE'],
    [
      'create',
      'XX000',
      "invalid argument: invalid cron expression '61 * * * *': Component error: Number out of bounds.",
      'INVALID_SCHEDULE',
    ],
    [
      'create',
      'XX000',
      "invalid argument: invalid number '100000000000000000000' in duration '100000000000000000000s'",
      'INVALID_SCHEDULE',
    ],
    ['alter', 'XX000', 'invalid argument: unknown status: PAUSED', 'INVALID_ARGUMENT'],
    ['create', 'XX000', 'query parse error: Defining query references no tables', 'UNSUPPORTED_QUERY'],
    [
      'create',
      'XX000',
      'unsupported operator for DIFFERENTIAL mode: LIMIT is not supported in defining queries.',
      'UNSUPPORTED_QUERY',
    ],
    ['create', 'XX000', 'SPI error: SpiTupleTable positioned before the start or after the end', 'UNSUPPORTED_QUERY'],
    ['create', 'XX000', 'end byte index 47 is not a char boundary', 'UNSUPPORTED_QUERY'],
    ['create', 'XX000', 'cycle detected in dependency graph: public.a -> public.b -> public.a', 'CYCLE'],
    ['create', '42601', 'syntax error at or near "SELEC"', 'UNSUPPORTED_QUERY'],
    ['create', '42P01', 'relation "nosuch" does not exist', 'UNSUPPORTED_QUERY'],
    ['create', '42703', 'column "nocol" does not exist', 'UNSUPPORTED_QUERY'],
    ['create', '0A000', 'SELECT FOR UPDATE is not allowed in a non-volatile function', 'UNSUPPORTED_QUERY'],
    ['create', '42P02', 'there is no parameter $1', 'UNSUPPORTED_QUERY'],
    ['create', '22001', 'value too long for type character(1)', 'UNSUPPORTED_QUERY'],
    ['create', '42P07', 'relation "taken" already exists', 'ALREADY_EXISTS'],
    ['create', '3F000', 'schema "nosuch" does not exist', 'INVALID_NAME'],
    [
      'alter',
      '23514',
      'new row for relation "pgs_stream_tables" violates check constraint "pgs_stream_tables_refresh_mode_check"',
      'INVALID_ARGUMENT',
    ],
    ['drop', '42601', 'syntax error at or near "16431"', 'SOURCE_GONE'],
    ['refresh', '42P01', 'relation "public.orders" does not exist', 'SOURCE_GONE'],
    ['refresh', 'XX000', 'upstream table dropped: OID 16431', 'SOURCE_GONE'],
    ['refresh', '42703', 'column "amount" does not exist', 'SOURCE_CHANGED'],
    ['refresh', '42703', 'column "total" does not exist', 'SOURCE_CHANGED'],
    ['refresh', 'XX000', 'upstream table schema changed: OID 16431', 'SOURCE_CHANGED'],
    ['refresh', '22012', 'division by zero', 'UNKNOWN'],
    ['refresh', '55P03', 'canceling statement due to lock timeout', 'TIMEOUT'],
    ['refresh', '57014', 'canceling statement due to statement timeout', 'TIMEOUT'],
    ['refresh', '25006', 'cannot execute TRUNCATE TABLE in a read-only transaction', 'READ_ONLY_SERVER'],
    ['refresh', '55000', 'recovery is in progress', 'READ_ONLY_SERVER'],
    ['refresh', '22023', 'Cannot refresh stream tables on a read replica', 'READ_ONLY_SERVER'],
    ['refresh', '22023', 'invalid argument: Cannot refresh stream tables on a read replica', 'READ_ONLY_SERVER'],
    ['read', '42501', 'permission denied for schema pgstream', 'PERMISSION_DENIED'],
    ['read', '57P01', 'terminating connection due to administrator command', 'CONNECTION'],
    ['read', '53300', 'sorry, too many clients already', 'CONNECTION'],
    ['read', '28P01', 'password authentication failed for user "app"', 'CONNECTION'],
    ['read', '3F000', 'schema "pgstream" does not exist', 'EXTENSION_MISSING'],
    ['read', '42P01', 'relation "pgstream.pgs_stream_tables" does not exist', 'EXTENSION_MISSING'],
    ['read', '42883', 'function pgstream.slot_health() does not exist', 'EXTENSION_MISSING'],
    ['read', '3F000', 'Schema »pgstream« existiert nicht', 'EXTENSION_MISSING'],
    ['read', '42P01', '关系 "pgstream.pgs_stream_tables" 不存在', 'EXTENSION_MISSING'],
    ['refresh', '42P01', 'relation "pgstreams.orders" does not exist', 'SOURCE_GONE'],
    ['refresh', '42P01', 'relation "my_pgstream" does not exist', 'SOURCE_GONE'],
    ['read', '25P02', 'current transaction is aborted, commands ignored until end of transaction block', 'UNKNOWN'],
  ])('on %s, %s "%s" is %s', (operation, sqlState, message, code) => {
    const cause = serverError(sqlState, message);
    expect(classified(cause, operation)).toMatchObject({
      code,
      sqlState,
      operation,
      schema: 'public',
      table: 'totals',
      cause,
    });
  });
});

describe('an error of pg_trickle 0.67', () => {
  it.each<Case>([
    ['drop', '42P01', 'stream table not found: public.totals', 'NOT_FOUND'],
    ['refresh', '42P01', 'stream table not found: public.totals', 'NOT_FOUND'],
    ['create', '42P07', 'stream table already exists: public.totals', 'ALREADY_EXISTS'],
    [
      'refresh',
      '22023',
      "invalid argument: stream table public.totals is suspended ; use pgtrickle.resume_stream_table('totals') first",
      'SUSPENDED',
    ],
    ['refresh', '22023', 'invalid argument: stream table public.totals is in error state ; fix it', 'SUSPENDED'],
    [
      'create',
      '22023',
      "invalid argument: use 'calculated' instead of NULL to set CALCULATED schedule",
      'INVALID_SCHEDULE',
    ],
    ['create', '54000', 'query too complex: too many joins', 'UNSUPPORTED_QUERY'],
    ['drop', '42501', 'permission denied: must be owner of stream table public.totals', 'PERMISSION_DENIED'],
    ['read', '42P01', 'relation "pgtrickle.pgt_stream_tables" does not exist', 'EXTENSION_MISSING'],
  ])('on %s, %s "%s" is %s', (operation, sqlState, message, code) => {
    expect(classified(serverError(sqlState, message), operation, 'pg_trickle')).toMatchObject({ code, sqlState });
  });
});

/** Words of the documents and the source of these releases; no server has sent them to us. */
describe('an error of pg_trickle 0.68 to 0.108', () => {
  it.each<[...Case, advice: string]>([
    [
      'refresh',
      '22023',
      'invalid argument: pg_trickle capture is quiesced; run pgtrickle.resume_all() first',
      'CAPTURE_BLOCKED',
      'pgtrickle.resume_all()',
    ],
    [
      'refresh',
      '22023',
      'invalid argument: pg_trickle capture is quarantined because database identity changed; run x',
      'CAPTURE_BLOCKED',
      'pgtrickle.recover_capture_instance()',
    ],
    [
      'refresh',
      '55000',
      'PGT_EXT_ORCHESTRATION_MODE: stream table public.totals is EXTERNAL',
      'EXTERNALLY_ORCHESTRATED',
      'set_orchestration_mode',
    ],
    ['refresh', 'XX000', 'PGT_EXT_REFRESH_BUSY: member 4', 'REFRESH_BUSY', 'ifBusy'],
    ['refresh', 'XX000', 'PGT_EXT_GRAPH_BUSY: member 4', 'REFRESH_BUSY', 'ifBusy'],
    ['refresh', '42501', 'PGT_EXT_AUTHORIZATION: not yours', 'PERMISSION_DENIED', 'owner'],
    [
      'alter',
      '55006',
      'PGT_EXT_CONSUMER_BLOCKED: a consumer is idle',
      'EXTENSION_REFUSED',
      'CONSUMER_BLOCKED: a consumer is idle',
    ],
    ['refresh', 'XX000', 'safe frontier unavailable: writers are open', 'SOURCES_BUSY', 'Try again'],
    ['refresh', 'XX000', 'snapshot alignment unavailable for pgt_id=3', 'SOURCES_BUSY', 'Try again'],
    ['refresh', '55P03', 'scheduled lock timeout: orders', 'TIMEOUT', 'Try again'],
    ['refresh', '57014', 'scheduled statement timeout: 5 s', 'TIMEOUT', 'more time'],
    ['refresh', '54000', 'differential query depth exceeded limit 64', 'UNSUPPORTED_QUERY', '64'],
    ['refresh', 'XX000', 'CDC state invalid for pgt_id=3: gap', 'CAPTURE_BLOCKED', 'cdcHealth()'],
    [
      'drop',
      '22023',
      'invalid argument: stream table public.totals has dependent stream tables: public.up. Use cascade => true to drop them automatically.',
      'INVALID_ARGUMENT',
      'drop({ cascade: true })',
    ],
  ])('on %s, %s "%s" is %s', (operation, sqlState, message, code, advice) => {
    const error = classified(serverError(sqlState, message), operation, 'pg_trickle');
    expect(error).toMatchObject({ code, sqlState });
    expect(error.message).toContain(advice);
  });

  const definers = dialectOf({
    name: 'pg_trickle',
    version: '0.108.3',
    columns: [],
    functions: ['refresh_stream_table', 'create_stream_table'].map((called) => ({
      name: called,
      parameters: [],
      definer: true,
    })),
  });

  it.each([
    ['refresh', 'permission denied: must be owner of stream table public.totals', ['refreshRoleSql', 'refresh({ as:']],
    [
      'refresh',
      'permission denied for function refresh_stream_table',
      ['GRANT EXECUTE ON FUNCTION pgtrickle.refresh_stream_table TO'],
    ],
    ['refresh', 'permission denied for schema pgtrickle', ['GRANT USAGE ON SCHEMA pgtrickle TO', 'GRANT EXECUTE']],
    ['refresh', 'permission denied for table orders', ['SELECT on everything']],
    [
      'create',
      'permission denied for function create_stream_table',
      ['GRANT EXECUTE ON FUNCTION pgtrickle.create_stream_table TO'],
    ],
  ])(
    'where functions are a definer’s it advises EXECUTE and no rights on tables: on %s, "%s"',
    (operation, message, advice) => {
      const error = classify(serverError('42501', message), { operation, name, dialect: definers });
      expect(error.code).toBe('PERMISSION_DENIED');
      for (const each of advice) expect(error.message).toContain(each);
      expect(error.message).not.toContain('ALL TABLES');
    },
  );
});

describe('an error without a SQLSTATE', () => {
  it.each<[what: string, error: object, code: PgStreamErrorCode]>([
    ['Node: refused', { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' }, 'CONNECTION'],
    ['Node: broken pipe, whose code has five characters', { code: 'EPIPE', message: 'write EPIPE' }, 'CONNECTION'],
    ['pg: terminated', { message: 'Connection terminated unexpectedly' }, 'CONNECTION'],
    ['pg: ended pool', { message: 'Cannot use a pool after calling end on the pool' }, 'CONNECTION'],
    ['pg: query_timeout', { message: 'Query read timeout' }, 'TIMEOUT'],
    [
      'postgres.js: closed',
      { code: 'CONNECTION_CLOSED', message: 'write CONNECTION_CLOSED localhost:1' },
      'CONNECTION',
    ],
    ['postgres.js: connect timeout', { code: 'CONNECT_TIMEOUT', message: 'write CONNECT_TIMEOUT' }, 'CONNECTION'],
    ['an abort', { code: 'ABORT_ERR', message: 'This operation was aborted' }, 'ABORTED'],
    ['anything else', { message: 'no idea' }, 'UNKNOWN'],
  ])('%s', (_, error, code) => {
    const { message, ...rest } = error as { message: string };
    expect(classified(Object.assign(new Error(message), rest), 'read')).toMatchObject({ code, sqlState: undefined });
  });

  it.each([undefined, null, 'text', 7])('even %j, becomes UNKNOWN', (thrown) => {
    expect(classified(thrown, 'read')).toMatchObject({ code: 'UNKNOWN', cause: thrown });
  });
});

describe('a wrapped error', () => {
  const inner = serverError('XX000', 'stream table already exists: public.totals');
  const wrapper = new Error('Failed query: select create_stream_table($1)\nparams: secret', { cause: inner });

  it('is classified by what it wraps, and stays the cause', () => {
    expect(classified(new Error('outer', { cause: wrapper }), 'create')).toMatchObject({
      code: 'ALREADY_EXISTS',
      sqlState: 'XX000',
    });
    expect(classified(wrapper, 'create').cause).toBe(wrapper);
  });

  it.each<[string, Error, PgStreamErrorCode, string | undefined]>([
    [
      'with the words of the server',
      prisma('P2010', fromAdapter({ originalCode: 'XX000', originalMessage: inner.message, kind: 'postgres' })),
      'ALREADY_EXISTS',
      'XX000',
    ],
    [
      'with a kind of its own beside them',
      prisma('P2034', fromAdapter({ originalCode: '42501', originalMessage: 'permission denied', kind: 'Other' })),
      'PERMISSION_DENIED',
      '42501',
    ],
    [
      'by the driver adapter alone',
      new Error('', {
        cause: { originalCode: '57014', originalMessage: 'canceling statement due to statement timeout' },
      }),
      'TIMEOUT',
      '57014',
    ],
    ['of its engine', prisma('P2010', { code: 'XX000', message: inner.message }), 'ALREADY_EXISTS', 'XX000'],
    [
      'that the server is not there',
      prisma('P2010', fromAdapter({ kind: 'DatabaseNotReachable' })),
      'CONNECTION',
      undefined,
    ],
    ['that it could not connect', prisma('P1001', {}), 'CONNECTION', undefined],
  ])('is classified when Prisma wraps it: an error %s', (_what, error, code, sqlState) => {
    const made = classified(error, 'create');
    expect(made).toMatchObject({ code, sqlState, cause: error });
    expect(made.message).not.toContain('secret');
  });

  it('does not end the walk when causes form a ring', () => {
    const ring = new Error('a');
    ring.cause = new Error('b', { cause: ring });
    expect(classified(ring, 'read').code).toBe('UNKNOWN');
  });

  it('that is one of ours is given back as it is', () => {
    const ours = new PgStreamError('TIMEOUT', 'late');
    expect(classified(ours, 'read')).toBe(ours);
  });
});

describe('a message', () => {
  const secrets = [
    serverError('22P02', 'invalid input syntax for type integer: "hunter2"', { detail: 'hunter2' }),
    serverError('22P02', 'ungültige Eingabesyntax für Typ integer: »hunter2«'),
    serverError('22P02', 'syntaxe en entrée invalide pour le type integer : « hunter2 »'),
    serverError('23505', 'duplicate key value violates unique constraint "k"', {
      detail: 'Key (x)=(hunter2) already exists.',
    }),
    serverError('28P01', 'password authentication failed for user "hunter2"'),
    new Error('Failed query: …\nparams: hunter2', { cause: new Error('socket says hunter2') }),
    Object.assign(new Error('connect ECONNREFUSED postgres://u:hunter2@h'), { code: 'ECONNREFUSED' }),
  ];

  it.each(secrets.map((error) => [error.message, error] as const))(
    'keeps values, DETAIL and credentials to itself: %s',
    (_, error) => {
      expect(classified(error, 'refresh').message).not.toContain('hunter2');
    },
  );

  it.each([
    [
      'read',
      'permission denied for schema pgstream',
      ['GRANT USAGE ON SCHEMA pgstream', 'GRANT SELECT ON pgstream.pgs_stream_tables'],
    ],
    ['refresh', 'permission denied for table orders', ['GRANT MAINTAIN', '"orders"']],
    ['refresh', 'permission denied for table totals', ['owner']],
    ['refresh', 'permission denied for schema pgstream_changes', ['GRANT USAGE ON SCHEMA pgstream, pgstream_changes']],
    ['refresh', 'keine Berechtigung für Tabelle orders', ['GRANT USAGE ON SCHEMA pgstream, pgstream_changes']],
    ['create', 'permission denied for table orders', ['owner', 'GRANT CREATE ON SCHEMA pgstream_changes']],
    ['plan', 'permission denied for schema pgstream', ['GRANT SELECT ON ALL TABLES IN SCHEMA pgstream']],
  ])('names the GRANTs to run: on %s, "%s"', (operation, message, grants) => {
    const { message: sentence } = classified(serverError('42501', message), operation);
    for (const grant of grants) expect(sentence).toContain(grant);
  });

  it.each([
    ['alter', 'must be owner of table totals', 'call it as the owner'],
    ['plan', 'must be owner of table totals', 'as the role that applies it'],
    ['plan', 'permission denied for table orders', 'as the role that applies it'],
  ])('names no GRANTs where these help nothing: on %s, "%s"', (operation, message, advice) => {
    const { message: sentence } = classified(serverError('42501', message), operation);
    expect(sentence).toContain(advice);
    expect(sentence).not.toContain('GRANT');
  });

  it.each<[operation: string, sqlState: string, message: string, advice: string]>([
    ['create', 'XX000', 'end byte index 47 is not a char boundary', String.raw`U&"\00C4rger" for "Ärger"`],
    ['refresh', '42703', 'column "total" does not exist', 'UNION ALL'],
    ['drop', 'XX000', 'stream table not found: public.totals', 'the migration that creates it'],
  ])('says what to do: on %s, %s "%s"', (operation, sqlState, message, advice) => {
    expect(classified(serverError(sqlState, message), operation).message).toContain(advice);
  });

  it("names pg_trickle's schema in pg_trickle's dialect", () => {
    const { message } = classified(
      serverError('42501', 'permission denied for schema pgtrickle'),
      'read',
      'pg_trickle',
    );
    expect(message).toContain('GRANT SELECT ON pgtrickle.pgt_stream_tables');
  });
});

describe('the classes', () => {
  it('a name that is not there has its own, with schema and table', () => {
    const error = classified(serverError('XX000', 'stream table not found: public.totals'), 'alter');
    expect(error).toBeInstanceOf(StreamTableNotFoundError);
    expect(error).toMatchObject({
      name: 'StreamTableNotFoundError',
      code: 'NOT_FOUND',
      schema: 'public',
      table: 'totals',
    });
  });

  it('a refused write has its own, with table and operation', () => {
    const error = new StreamTableReadOnlyError('totals', 'deleteMany', { schema: 'public' });
    expect(error).toBeInstanceOf(PgStreamError);
    expect(error).toMatchObject({ code: 'READ_ONLY', schema: 'public', table: 'totals', operation: 'deleteMany' });
    expect(error.message).toContain('deleteMany');
  });

  it('says what to do in place of a refused write, which may be something of its own', () => {
    expect(new StreamTableReadOnlyError('totals', 'insert').message).toContain('then refresh it');
    const error = new StreamTableReadOnlyError('totals', 'dropDatabase', { advice: 'Drop it first.' });
    expect(error.message).toMatch(/^dropDatabase was refused: .* Drop it first\.$/);
    expect(error.schema).toBeUndefined();
  });

  it('are recognised across copies of the package, by their brand', () => {
    const foreign = Object.assign(new Error('from the other module format'), { code: 'TIMEOUT' });
    expect(isPgStreamError(foreign)).toBe(false);
    Object.defineProperty(foreign, Symbol.for('@pgstream/core.PgStreamError'), { value: true });
    expect(isPgStreamError(foreign)).toBe(true);
    expect(isPgStreamError(foreign, 'TIMEOUT')).toBe(true);
    expect(isPgStreamError(foreign, 'CYCLE')).toBe(false);
  });
});
