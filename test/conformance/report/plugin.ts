import type { Plugin } from 'vitest/config';
import { ConformanceReporter } from './reporter.ts';

/** Adds the table to whatever reporters the run has. */
export function conformanceReport(): Plugin {
  return {
    name: 'pgstream:conformance-report',
    configureVitest({ vitest, project }) {
      vitest.config.reporters.push(new ConformanceReporter(project.name));
    },
  };
}
