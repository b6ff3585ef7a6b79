/** One thing that is timed. */
export interface Case {
  readonly name: string;
  /** Rounds of this case for each hundred of the fastest: what takes a second is asked seldom. */
  readonly weight?: number;
  run(): Promise<unknown>;
}

export interface Measurement {
  readonly name: string;
  readonly medianMs: number;
  readonly rounds: number;
}

/**
 * Times cases against each other on a noisy machine: they take turns, so that what slows the machine slows each of them,
 * in a new order each round, so that none always finds what another has left in the caches; the median is what counts.
 */
export async function measureInterleaved(cases: readonly Case[], rounds: number): Promise<Measurement[]> {
  const times = new Map<Case, number[]>(cases.map((one) => [one, []]));
  for (const one of cases) await warmUp(one);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of shuffled(cases)) {
      if (round % Math.round(100 / (one.weight ?? 100)) !== 0) continue;
      const start = performance.now();
      await one.run();
      times.get(one)?.push(performance.now() - start);
    }
  }
  return cases.map((one) => {
    const taken = times.get(one) ?? [];
    return { name: one.name, medianMs: median(taken), rounds: taken.length };
  });
}

/** What an application calls all day is compiled: a case is timed once it is, too. */
async function warmUp(one: Case): Promise<void> {
  const enoughMs = 3_000;
  const start = performance.now();
  do await one.run();
  while (performance.now() - start < enoughMs);
}

/** In another order each time, so that none always finds what another has left in the caches. */
export function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new Error('Nothing was measured.');
  return (lower + upper) / 2;
}
