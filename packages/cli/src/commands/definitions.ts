import type { SqlExecutor } from '@pgstream/core';
import type { ApplyReport, Plan, PlanOptions } from '@pgstream/core/definitions';
import { fromPg } from '@pgstream/core/pg';
import { confirm, type ConfirmFlags, type Session } from '../command/index.ts';
import { loadDefinitions, shownSteps } from '../definitions/index.ts';

export const DEFINITIONS = 'files of declarations, or folders of them';
export const DROP_ORPHANS = 'drop what apply has made, and what is declared no more';

export interface DefinitionFlags {
  readonly dropOrphans?: boolean;
  readonly extension?: 'pg_stream' | 'pg_trickle';
}

export interface ApplyFlags extends DefinitionFlags, ConfirmFlags {
  readonly lockTimeout?: number;
  readonly wait?: number;
}

export function executorOf({ pool }: Session): SqlExecutor {
  return fromPg(pool);
}

export function optionsOf(
  { defaultSchema, config }: Session,
  { dropOrphans, extension }: DefinitionFlags,
): PlanOptions {
  return { defaultSchema, dialect: extension ?? config.extension, orphans: dropOrphans ? 'drop' : 'report' };
}

/** The plan for what the files declare. */
export async function planFor(session: Session, flags: DefinitionFlags, files: readonly string[]): Promise<Plan> {
  const { plan } = await import('@pgstream/core/definitions');
  const definitions = await loadDefinitions(files, session.defaultSchema);
  return await plan(executorOf(session), definitions, optionsOf(session, flags));
}

/** Shows a plan, asks, and applies it. */
export async function applyAfterAsking(session: Session, flags: ApplyFlags, todo: Plan): Promise<void> {
  const { apply, planText } = await import('@pgstream/core/definitions');
  const { output } = session;
  const shown = planText(todo).trimEnd();
  if (!flags.yes) output.note(shown);
  if (todo.changes > 0) await confirm('Do this?', flags);
  const { lockTimeout: lockTimeoutMs, wait: waitMs } = flags;
  const progress = output.progress();
  const total = todo.steps.length;
  const report = await apply(executorOf(session), todo, {
    lockTimeoutMs,
    waitMs,
    onStatement: (_, step) =>
      progress.step(
        todo.steps.findIndex(({ name }) => name === step.name),
        total,
        session.text(step.name),
      ),
  });
  progress.end();
  const { changes, steps, durationMs } = report;
  output.show({ changes, steps: shownSteps(steps), durationMs }, () =>
    [...(flags.yes ? [shown] : []), doneText(report, session)].join('\n'),
  );
}

function doneText({ changes, durationMs }: ApplyReport, { output }: Session): string {
  return changes === 0
    ? 'Nothing was to be done.'
    : `Done: ${changes} ${changes === 1 ? 'change' : 'changes'} in ${output.duration(durationMs)}.`;
}
