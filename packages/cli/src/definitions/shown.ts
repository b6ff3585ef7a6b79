import type { PlanStep } from '@pgstream/core/definitions';

/** A step as programs are told of it: without its statements, which are a list of their own. */
export type ShownStep = Pick<
  PlanStep,
  'kind' | 'source' | 'reasons' | 'readers' | 'locks' | 'rows' | 'blockers' | 'left'
> &
  PlanStep['name'];

export function shownSteps(steps: readonly PlanStep[]): readonly ShownStep[] {
  return steps.map(({ kind, name, source, reasons, readers, locks, rows, blockers, left }) => {
    return { kind, ...name, source, reasons, readers, locks, rows, blockers, left };
  });
}
