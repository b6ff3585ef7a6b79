import type { Reporter, TestCase, TestModule, TestProject } from 'vitest/node';
import { caseOf } from './case.ts';
import { type Outcome, renderReport } from './table.ts';

/** Prints, at the end of a run, what each ORM can do: a line for each case, a column for each ORM. */
export class ConformanceReporter implements Reporter {
  readonly #reports: (project: TestProject) => boolean;

  constructor(reports: (project: TestProject) => boolean) {
    this.#reports = reports;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcomes = modules
      .filter(({ project }) => this.#reports(project))
      .flatMap((module) => [...module.children.allTests()])
      .map(outcomeOf);
    if (outcomes.length > 0) console.log(renderReport(outcomes));
  }
}

function outcomeOf(test: TestCase): Outcome {
  const result = test.result();
  return {
    ...caseOf(namesOf(test)),
    test: test.name,
    state: result.state,
    reason: result.state === 'skipped' ? result.note : undefined,
    did: test.meta().conformance,
  };
}

/** Of the suites around a test, and its own. */
function namesOf(test: TestCase): string[] {
  const names = [test.name];
  for (let { parent } = test; parent.type === 'suite'; parent = parent.parent) names.unshift(parent.name);
  return names;
}
