import type { PgStreamError, QualifiedName, VerifyResult } from '@pgstream/core';
import { type Command, InvalidArgumentError } from 'commander';
import { command, countArgument, durationArgument, inDatabase, type Session, usage } from '../command/index.ts';
import { EXIT, exitCodeOf, type ExitCode } from '../exit/index.ts';
import { onTheCommandLine, sentenceOf } from '../sentences/index.ts';
import { verificationText } from '../verification/index.ts';

interface Flags {
  readonly all?: boolean;
  readonly afterRefresh?: boolean;
  readonly sample?: number;
  readonly maxRows?: number;
  readonly timeout?: number;
  readonly lockTimeout?: number;
}

/** One stream table: for programs. */
type Verified = QualifiedName &
  (VerifyResult | { readonly status: 'failed'; readonly error: Pick<PgStreamError, 'code' | 'message'> });

/** `pgstream verify <name…|--all>` */
export function verify(): Command {
  return command('verify', {
    summary: 'Whether stream tables show what their queries say',
    description:
      'Compares all rows of both, in one snapshot. What differs may only be old; with --after-refresh each is refreshed before, in a transaction that is rolled back, and then it is damage, which `pgstream repair` mends. Ends with 9 if something differs. What nobody can tell, say a query with now(), is no failure.',
    examples: [
      ['pgstream verify order_totals --after-refresh', 'one stream table, apart from its age'],
      ['pgstream verify --all --max-rows 1000000', 'all, but for those with more rows than that'],
    ],
  })
    .argument('[names...]', 'stream tables: name, or schema.name')
    .option('--all', 'all stream tables; with --schema those of that schema')
    .option('--after-refresh', 'refresh before, with the sources locked, and roll that back')
    .option(
      '--sample <n>',
      'rows that are shown of what is missing, and of what is surplus (default: 5)',
      sampleArgument,
    )
    .option('--max-rows <n>', 'read no more rows than that of either side (default: all)', countArgument)
    .option('--timeout <duration>', 'how long one may take (default: 1m)', durationArgument)
    .option(
      '--lock-timeout <duration>',
      'with --after-refresh: how long to wait for writers (default: 2s)',
      durationArgument,
    )
    .action(
      inDatabase<[names: readonly string[]], Flags>(async (session, flags, names) => {
        const { output, text } = session;
        const tables = await tablesOf(session, flags, names);
        const verified: Verified[] = [];
        const progress = output.progress();
        for (const [done, name] of tables.entries()) {
          progress.step(done, tables.length, text(name));
          verified.push(await verifyOne(session, name, flags));
        }
        progress.end();
        output.show(verified, () =>
          verified.length === 0
            ? 'There are no stream tables.'
            : verified.map((each) => `${text(each)}: ${describe(each, session)}`).join('\n'),
        );
        return exitCodeFor(verified);
      }),
    );
}

async function tablesOf(
  { pgstream, askedSchema, name }: Session,
  { all }: Flags,
  names: readonly string[],
): Promise<readonly QualifiedName[]> {
  if (names.length > 0 && all) throw usage('Give names, or --all, not both.');
  if (names.length === 0 && !all) throw usage('There is nothing to verify: give names, or --all.');
  return all ? await pgstream.list({ schema: askedSchema }) : names.map((each) => name(each));
}

/** One that fails does not stop the others. */
async function verifyOne(
  { pgstream, signal }: Session,
  { schema, name }: QualifiedName,
  flags: Flags,
): Promise<Verified> {
  const { afterRefresh, sample, maxRows, timeout: timeoutMs, lockTimeout: lockTimeoutMs } = flags;
  const { isPgStreamError } = await import('@pgstream/core');
  try {
    const options = { afterRefresh, sample, maxRows, timeoutMs, lockTimeoutMs, signal };
    const result = await pgstream.table({ schema, name }).verify(options);
    if (result.status !== 'undecidable') return { schema, name, ...result };
    return { schema, name, ...result, message: onTheCommandLine(result.message) };
  } catch (error) {
    if (!isPgStreamError(error) || error.code === 'CONNECTION' || error.code === 'ABORTED') throw error;
    return { schema, name, status: 'failed', error: { code: error.code, message: sentenceOf(error) } };
  }
}

/** Drift before all else: it is what was asked for. */
function exitCodeFor(verified: readonly Verified[]): ExitCode {
  if (verified.some(({ status }) => status === 'different')) return EXIT.drift;
  const failed = verified.find((each) => each.status === 'failed');
  return failed?.status === 'failed' ? exitCodeOf(failed.error.code) : EXIT.done;
}

function describe(verified: Verified, { output }: Session): string {
  if (verified.status === 'failed') return `${output.colors.bad('failed')}. ${verified.error.message}`;
  return verificationText(verified, output);
}

function sampleArgument(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 100) throw new InvalidArgumentError('It is a whole number, 0 to 100.');
  return Number(text);
}
