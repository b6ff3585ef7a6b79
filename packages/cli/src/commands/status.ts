import type { StreamTableStatus } from '@pgstream/core';
import type { Command } from 'commander';
import { command, inDatabase, NAME } from '../command/index.ts';
import { freshText, NOTHING, scheduleText, stateText, type Output } from '../output/index.ts';

/** `pgstream status <name>` */
export function status(): Command {
  return command('status', {
    summary: 'Everything that is known of one stream table',
    examples: [
      ['pgstream status order_totals', 'status, age, schedule, mode, the last error, the query'],
      ['pgstream status analytics.visits --json', 'the same of a stream table in another schema, for programs'],
    ],
  })
    .argument('<name>', NAME)
    .action(
      inDatabase<[name: string]>(async ({ pgstream, output, name }, _flags, text) => {
        const found = await pgstream.table(name(text)).status();
        output.show(found, () => describe(found, output));
      }),
    );
}

function describe(found: StreamTableStatus, output: Output): string {
  const { colors, duration, moment } = output;
  const { targetFreshness: target, lastError } = found;
  const entries: (readonly [string, string])[] = [
    ['Stream table', `${found.schema}.${found.name}`],
    ['Status', stateText(found.status, output)],
    ['Fresh', freshText(found.isStale, output)],
    ['Data from', moment(found.dataTimestamp)],
    ['Last refresh', moment(found.lastRefreshAt)],
    ['Schedule', scheduleText(found.schedule, output)],
    ...(target
      ? [['Target', target.everyMs === null ? target.mode : `every ${duration(target.everyMs)}`] as const]
      : []),
    ['Mode', modeText(found)],
    ['Populated', found.isPopulated ? 'yes' : colors.warning('no: refresh it once')],
    ...(found.needsReinit ? [['Reinitialize', colors.warning('a source has other columns now')] as const] : []),
    ['Errors in a row', found.consecutiveErrors === 0 ? '0' : colors.bad(String(found.consecutiveErrors))],
    ...(lastError ? [['Last error', colors.bad(lastError.message)] as const] : []),
    ...(found.orchestration === 'EXTERNAL' ? [['Refreshed by', 'another program'] as const] : []),
    ['Last full refresh', found.lastFullMs === null ? NOTHING : `took ${duration(found.lastFullMs)}`],
    ['Created', moment(found.createdAt)],
    ['Query', found.originalQuery ?? found.definingQuery],
  ];
  return output.facts(entries);
}

function modeText({ refreshMode, requestedRefreshMode, effectiveRefreshMode }: StreamTableStatus): string {
  const asked =
    requestedRefreshMode !== null && requestedRefreshMode !== refreshMode ? `, asked for ${requestedRefreshMode}` : '';
  const done =
    effectiveRefreshMode !== null && effectiveRefreshMode !== refreshMode ? `, last done ${effectiveRefreshMode}` : '';
  return `${refreshMode}${asked}${done}`;
}
