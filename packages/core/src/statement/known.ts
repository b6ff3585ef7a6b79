import { cannotWrite } from './keywords.ts';
import type { WriteTarget } from './target.ts';
import { writeTargets } from './write-targets.ts';

/** Texts longer than those that an application sends again and again are read each time. */
const LONGEST = 4_000;
const SETS = 256;
const SAMPLES = 16;

interface Known {
  readonly sql: string;
  readonly targets: readonly WriteTarget[];
}

const NONE: readonly WriteTarget[] = [];

/** In sets of two, of which the one that was asked for last stays. */
const newer = Array.from<Known | undefined>({ length: SETS });
const older = Array.from<Known | undefined>({ length: SETS });

/**
 * What writeTargets() says, quicker for a text that was read before: ORMs make the same ones again and again. As strings
 * they are new ones each time, and to hash one, as a Map does, takes longer than to read it; so a set is found by some of
 * its characters, and the text in it by comparing.
 */
export function knownTargets(sql: string): readonly WriteTarget[] {
  if (sql.length > LONGEST) return targetsOf(sql);
  const set = setOf(sql);
  const known = newer[set];
  if (known?.sql === sql) return known.targets;
  const before = older[set];
  const found = before?.sql === sql ? before : { sql, targets: targetsOf(sql) };
  older[set] = known;
  newer[set] = found;
  return found.targets;
}

function targetsOf(sql: string): readonly WriteTarget[] {
  return cannotWrite(sql) ? NONE : writeTargets(sql);
}

function setOf(sql: string): number {
  const step = 1 + Math.floor(sql.length / SAMPLES);
  let sample = sql.length;
  for (let at = sql.length - 1; at >= 0; at -= step) sample = (sample * 31 + sql.charCodeAt(at)) | 0;
  // The high bits have as much of it as the low ones.
  return (sample ^ (sample >>> 16) ^ (sample >>> 8)) & (SETS - 1);
}
