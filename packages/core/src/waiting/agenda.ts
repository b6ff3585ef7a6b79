/** How long one call waits. */
export interface Patience {
  /** From its beginning, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest pause between two questions, in milliseconds. */
  readonly pollMs: number;
}

/** What is to be done now. */
export interface Turn<Wait> {
  /** All who wait are asked for in one question; empty when it is nobody's turn, or a question is under way. */
  readonly ask: readonly Wait[];
  /** Those whose time is over: the agenda forgets them. */
  readonly late: readonly Wait[];
}

interface Entry {
  readonly joinedAt: number;
  readonly deadline: number;
  readonly pollMs: number;
  /** When to ask for it, at the latest. */
  dueAt: number;
  /** Woken, or joined, while a question was under way: what that finds may be older. */
  isNews: boolean;
}

/** The first pause; a further one is as long as the call has waited already, up to `pollMs`. */
const FIRST_PAUSE_MS = 20;
/** Between two questions, however many calls come and whatever wakes them. */
export const LEAST_GAP_MS = 20;

/**
 * Who waits, and when to ask: one question for all of them, never two at a time. It knows of no clock, no timer and no
 * server: docs/waiting.md has its states.
 */
export class Agenda<Wait> {
  readonly #entries = new Map<Wait, Entry>();
  readonly #random: () => number;
  #isAsking = false;
  #askedAt = -Infinity;

  /** @param random from 0 to 1: processes that began together need not go on together */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Its first question is asked at once. */
  join(wait: Wait, { timeoutMs, pollMs }: Patience, now: number): void {
    this.#entries.set(wait, { joinedAt: now, deadline: now + timeoutMs, pollMs, dueAt: now, isNews: true });
  }

  /** It has what it waited for, or waits no more. */
  leave(wait: Wait): void {
    this.#entries.delete(wait);
  }

  has(wait: Wait): boolean {
    return this.#entries.has(wait);
  }

  /** Something may have changed for it. */
  wake(wait: Wait, now: number): void {
    const entry = this.#entries.get(wait);
    if (entry === undefined) return;
    entry.dueAt = Math.min(entry.dueAt, now);
    entry.isNews = true;
  }

  /** Begins a question, if it is time for one: `answered()` ends it. */
  turn(now: number): Turn<Wait> {
    const late = [...this.#entries].filter(([, { deadline }]) => deadline <= now).map(([wait]) => wait);
    for (const wait of late) this.#entries.delete(wait);
    const isTime = !this.#isAsking && this.#entries.size > 0 && this.#questionAt <= now;
    if (!isTime) return { ask: [], late };
    this.#isAsking = true;
    this.#askedAt = now;
    for (const entry of this.#entries.values()) entry.isNews = false;
    return { ask: [...this.#entries.keys()], late };
  }

  /** The question is over: those who were asked for and are still here go on waiting. */
  answered(now: number): void {
    this.#isAsking = false;
    // The same for all: of a thousand the earliest would come too soon.
    const share = 0.5 + this.#random() / 2;
    for (const entry of this.#entries.values()) {
      if (entry.isNews) continue;
      entry.dueAt = now + share * Math.min(entry.pollMs, Math.max(FIRST_PAUSE_MS, now - entry.joinedAt));
    }
  }

  /** When `turn()` has something to do; undefined as long as nobody waits. */
  get nextAt(): number | undefined {
    if (this.isEmpty) return undefined;
    const deadline = this.#earliest('deadline');
    return this.#isAsking ? deadline : Math.min(deadline, this.#questionAt);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get #questionAt(): number {
    return Math.max(this.#earliest('dueAt'), this.#askedAt + LEAST_GAP_MS);
  }

  /** There may be more of them than a call takes arguments. */
  #earliest(moment: 'deadline' | 'dueAt'): number {
    let earliest = Infinity;
    for (const entry of this.#entries.values()) earliest = Math.min(earliest, entry[moment]);
    return earliest;
  }
}
