/** What the emulator does otherwise, and in which of the probe's statements (counted from 0). */
interface Difference {
  readonly reason: string;
  readonly steps: readonly number[];
  /** Those of the steps that may be answered as recorded, too: what they ask about changes by itself from moment to moment. */
  readonly byTheMoment?: readonly number[];
}

/**
 * The probes that the emulator answers otherwise than the extension that was asked, and why. The list can only shrink: a statement
 * that is listed and answered as recorded fails the run. DIFFERENCES.md tells the same to people.
 */
export type Differences = Readonly<Record<string, Difference>>;
