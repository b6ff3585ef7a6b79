import type { Command } from 'commander';
import { alter } from './alter.ts';
import { apply } from './apply.ts';
import { check } from './check.ts';
import { create } from './create.ts';
import { doctor } from './doctor.ts';
import { drop } from './drop.ts';
import { explain } from './explain.ts';
import { freshness } from './freshness.ts';
import { graph } from './graph.ts';
import { generate } from './generate.ts';
import { health } from './health.ts';
import { history } from './history.ts';
import { importDefinitions } from './import.ts';
import { list } from './list.ts';
import { plan } from './plan.ts';
import { refresh } from './refresh.ts';
import { repair } from './repair.ts';
import { resume } from './resume.ts';
import { rollback } from './rollback.ts';
import { run } from './run.ts';
import { stats } from './stats.ts';
import { status } from './status.ts';
import { suspend } from './suspend.ts';
import { verify } from './verify.ts';
import { wait } from './wait.ts';
import { watch } from './watch.ts';

export { complete, completion } from './completion.ts';

/** The commands by what they are for, in the order of the help. A new one is a file here and a line. */
export const COMMANDS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Look:': [list, status, watch, health, doctor, freshness, graph, explain, history, stats],
  'Refresh:': [refresh, run, wait],
  'Develop:': [generate],
  'Declare:': [plan, apply, check, rollback, importDefinitions],
  'Repair:': [verify, repair],
  'Administer:': [create, alter, suspend, resume, drop],
};
