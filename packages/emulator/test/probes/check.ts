import { isDeepStrictEqual } from 'node:util';
import { onEmulator } from '@pgstream/harness';
import type { Probe, Recording } from './recording.ts';
import { type Exchange, recorded, replay } from './replay.ts';

/** A probe's recorded answers beside a server's, without the statements that are known to differ. */
export interface Comparison {
  readonly expected: readonly Exchange[];
  readonly observed: readonly Exchange[];
  /** Statements that are listed as different, and answered as recorded. */
  readonly listedInVain: readonly number[];
}

/** Puts a probe to a server. Only the emulator may differ, and only where it says so. */
export async function compare(probe: Probe, recording: Recording, server: string): Promise<Comparison> {
  const { steps = [], byTheMoment = [] } = (onEmulator ? recording.differences[probe.id] : undefined) ?? {};
  const known = new Set(steps);
  const expected = recorded(probe);
  const observed = await replay(probe, recording, server);
  return {
    expected: expected.filter((_, step) => !known.has(step)),
    observed: observed.filter((_, step) => !known.has(step)),
    listedInVain: [...known].filter(
      (step) => !byTheMoment.includes(step) && isDeepStrictEqual(expected[step], observed[step]),
    ),
  };
}
