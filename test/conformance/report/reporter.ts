import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { caseOf } from './case.ts';
import { type Outcome, renderReport } from './table.ts';

/** Prints, at the end of a run, what each ORM can do: a line for each case, a column for each ORM. */
export class ConformanceReporter implements Reporter {
  readonly #project: string;

  constructor(project: string) {
    this.#project = project;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcomes = modules
      .filter(({ project }) => project.name === this.#project)
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
