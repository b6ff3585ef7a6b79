import type { Plugin } from 'vitest/config';
import { ConformanceReporter } from './reporter.ts';

const NAME = 'pgstream:conformance-report';

/** Of a reporter: each project's configuration has these modules for itself, so that classes and constants are not one. */
const mark = Symbol.for(NAME);

/** Adds the table to whatever reporters the run has: one, for all the projects that have this plugin. */
export function conformanceReport(): Plugin {
  return {
    name: NAME,
    configureVitest({ vitest }) {
      const { reporters } = vitest.config;
      if (reporters.some((reporter) => typeof reporter === 'object' && mark in reporter)) return;
      const reporter = new ConformanceReporter(({ vite }) => vite.config.plugins.some(({ name }) => name === NAME));
      reporters.push(Object.assign(reporter, { [mark]: true }));
    },
  };
}
