import { setTimeout as sleep } from 'node:timers/promises';
import type { PgStreamError, StreamTableStatus } from '@pgstream/core';
import type { Command } from 'commander';
import { command, inDatabase, intervalArgument, type Session, usage } from '../command/index.ts';
import { streamTablesText } from '../output/index.ts';
import { sentenceOf } from '../sentences/index.ts';

/** `pgstream watch` */
export function watch(): Command {
  return command('watch', {
    summary: 'The list of stream tables, kept up to date on the screen',
    description: 'q quits. A server that is lost is asked again. With --json one line of JSON each time, until Ctrl-C.',
    examples: [
      ['pgstream watch', 'every two seconds'],
      ['pgstream watch --interval 500ms --schema analytics', 'more often, and one schema'],
    ],
  })
    .option('--interval <duration>', 'how often (default: 2s)', intervalArgument)
    .action(
      inDatabase<[], { readonly interval?: number }>(async (session, { interval: intervalMs = 2_000 }) => {
        if (session.output.json) return await printAgainAndAgain(session, intervalMs);
        if (!process.stdout.isTTY)
          throw usage('watch draws on a terminal, and this is none. With --json it prints lines.');
        const { watch: onScreen } = await import('../watch/index.ts');
        const { pgstream, output, askedSchema, signal } = session;
        const { colors, duration } = output;
        await onScreen({
          intervalMs,
          signal,
          async ask() {
            const tables = await pgstream.list({ schema: askedSchema });
            const at = new Date().toLocaleTimeString();
            const title = colors.faint(`${at}, every ${duration(intervalMs)}; q quits`);
            return () => `${title}\n\n${streamTablesText(tables, output, session.text)}`;
          },
          failed: (error, last) =>
            `${colors.bad(sentenceOf(error as PgStreamError))}\n${colors.faint('Asked again until it answers; q quits.')}\n\n${last ?? ''}`,
        });
      }),
    );
}

/** Lines for programs: each is a list, as `list` has it. */
async function printAgainAndAgain({ pgstream, askedSchema, signal }: Session, intervalMs: number): Promise<void> {
  while (!signal.aborted) {
    const tables: readonly StreamTableStatus[] = await pgstream.list({ schema: askedSchema });
    process.stdout.write(`${JSON.stringify(tables)}\n`);
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
}
