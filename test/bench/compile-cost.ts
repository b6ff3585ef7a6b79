import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

import { measureInterleaved, type Measurement } from './interleaved.ts';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** What the compiler takes for a project: time, and what it makes on the way, which is the same in every run. */
export interface CompileCost extends Measurement {
  readonly types: number;
  readonly instantiations: number;
}

/** A project, by its tsconfig.json. */
export interface Project {
  readonly name: string;
  readonly project: string;
}

/** What the compiler's whole check of projects costs, against each other. */
export async function measureProjects(projects: readonly Project[], rounds: number): Promise<CompileCost[]> {
  const counts = await Promise.all(projects.map(({ project }) => countsOf(project)));
  const cases = projects.map(({ name, project }) => ({ name, run: () => compile(project) }));
  const measured = await measureInterleaved(cases, rounds);
  return measured.map((measurement, index) => ({
    ...measurement,
    types: NaN,
    instantiations: NaN,
    ...counts[index],
  }));
}

async function compile(project: string, ...options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [TSC, '-p', project, ...options]);
  return stdout;
}

async function countsOf(project: string): Promise<Pick<CompileCost, 'types' | 'instantiations'>> {
  const diagnostics = await compile(project, '--extendedDiagnostics');
  const count = (what: string): number => Number(new RegExp(`^${what}: +(\\d+)$`, 'm').exec(diagnostics)?.[1]);
  return { types: count('Types'), instantiations: count('Instantiations') };
}
