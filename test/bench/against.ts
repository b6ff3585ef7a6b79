import { measureInterleaved } from './interleaved.ts';

/** What a case takes beside the same case without what is measured. */
export interface Ratio {
  readonly name: string;
  readonly baseMs: number;
  readonly medianMs: number;
  readonly ratio: number;
  readonly rounds: number;
}

/** Times something beside the same without what is measured. */
export async function against(
  name: string,
  rounds: number,
  [base, measured]: readonly [() => PromiseLike<unknown>, () => PromiseLike<unknown>],
): Promise<Ratio> {
  const [first, second] = await measureInterleaved(
    [
      { name: 'base', run: async () => await base() },
      { name, run: async () => await measured() },
    ],
    rounds,
  );
  const [baseMs, medianMs] = [first?.medianMs ?? Number.NaN, second?.medianMs ?? Number.NaN];
  return { name, baseMs, medianMs, ratio: medianMs / baseMs, rounds: second?.rounds ?? 0 };
}
