import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstPoll,
  pollStep,
  type PollEffect,
  type PollInput,
  type PollState,
  type PollStep,
} from '../../src/watch/poll-state.ts';
import { transitionsOf } from '../transitions.ts';

const TIMES = { pollMs: 1_000, leastMs: 100 };
const INPUTS: readonly PollInput[] = ['due', 'wake', 'done', 'close'];
const TABLE = transitionsOf('events-and-watch.md', 'The questions of');

/** States at the instant 10,050, so that every bound is in the future. */
const NOW = 10_050;
const STARTED = 10_000;
const STATES: readonly (readonly [PollState['name'], PollState, string])[] = [
  ['idle', { name: 'idle', startedAt: STARTED, dueAt: 11_000 }, ''],
  ['idle', { name: 'idle', startedAt: STARTED, dueAt: 10_060 }, 'sooner'],
  ['polling', { name: 'polling', startedAt: STARTED, isOutdated: false }, ''],
  ['polling', { name: 'polling', startedAt: STARTED, isOutdated: true }, 'outdated'],
  ['closed', { name: 'closed' }, ''],
];

function idle(dueAt: number): PollStep {
  return { state: { name: 'idle', startedAt: STARTED, dueAt }, effects: [{ do: 'schedule', at: dueAt }] };
}

/** What the last column means for a state. */
function expected(todo: string, state: PollState, variant: string): PollStep {
  switch (todo) {
    case 'poll':
      return { state: { name: 'polling', startedAt: NOW, isOutdated: false }, effects: [{ do: 'poll' }] };
    case 'cancel':
      return { state: { name: 'closed' }, effects: [{ do: 'cancel' }] };
    case '(the answer is outdated)':
      return { state: { name: 'polling', startedAt: STARTED, isOutdated: true }, effects: [] };
    case 'schedule `startedAt + leastMs`, if that is sooner than what is scheduled':
      return variant === 'sooner' ? { state, effects: [] } : idle(STARTED + TIMES.leastMs);
    case 'schedule `startedAt + pollMs`; if outdated, `startedAt + leastMs`':
      return idle(STARTED + (variant === 'outdated' ? TIMES.leastMs : TIMES.pollMs));
    default:
      throw new Error(`Nobody knows what that is: ${todo}`);
  }
}

it('the specification has as many rows as there are transitions', () => {
  expect(TABLE.size).toBe(6);
});

describe.each(STATES)('in %s (%j)', (name, state, variant) => {
  it.each(INPUTS)('%s does what the table of the specification says', (input) => {
    const row = TABLE.get(`${name} ${input}`);
    const specified = row ? expected(row.more['to do'] ?? '', state, variant) : { state, effects: [] };
    expect(pollStep(state, input, NOW, TIMES)).toStrictEqual(specified);
    expect(specified.state.name).toBe(row?.next ?? name);
  });
});

/** A watcher in a time of its own: questions take as long as they are told to. */
class Simulation {
  now = 0;
  state: PollState;
  timer: number | undefined;
  /** Of each question: when it was sent, and answered. */
  readonly questions: { sentAt: number; answeredAt: number | undefined }[] = [];
  #doneAt: number | undefined;
  readonly #roundTrips: Iterator<number>;

  constructor(roundTrips: Iterator<number>) {
    this.#roundTrips = roundTrips;
    const { state, effects } = firstPoll(this.now);
    this.state = state;
    effects.forEach((effect) => this.#do(effect));
  }

  input(input: PollInput): void {
    const { state, effects } = pollStep(this.state, input, this.now, TIMES);
    this.state = state;
    effects.forEach((effect) => this.#do(effect));
  }

  /** Lets time go on, and whatever comes in it happen. */
  until(at: number): void {
    for (;;) {
      const next = Math.min(this.timer ?? Infinity, this.#doneAt ?? Infinity);
      if (next > at) break;
      this.now = next;
      if (next === this.#doneAt) {
        this.#doneAt = undefined;
        this.questions.at(-1)!.answeredAt = next;
        this.input('done');
      } else {
        this.timer = undefined;
        this.input('due');
      }
    }
    this.now = at;
  }

  #do(effect: PollEffect): void {
    this.timer = effect.do === 'schedule' ? effect.at : undefined;
    if (effect.do !== 'poll') return;
    if (this.#doneAt !== undefined) throw new Error('There are two questions at a time.');
    this.#doneAt = this.now + (this.#roundTrips.next().value as number);
    this.questions.push({ sentAt: this.now, answeredAt: undefined });
  }
}

const roundTrips = fc.infiniteStream(fc.integer({ min: 1, max: 400 }));
const waits = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 40 });

it('asks again after whatever happens, soon, and not too often', () => {
  fc.assert(
    fc.property(roundTrips, waits, (trips, wakes) => {
      const simulation = new Simulation(trips[Symbol.iterator]());
      const wokenAt = wakes.map((ms) => {
        simulation.until(simulation.now + ms);
        simulation.input('wake');
        return simulation.now;
      });
      simulation.until(simulation.now + 3_000);
      const { questions } = simulation;
      for (const at of wokenAt) {
        const before = questions.findLast(({ sentAt }) => sentAt <= at)!;
        const after = questions.find(({ sentAt }) => sentAt >= at)!;
        expect(after.sentAt).toBeLessThanOrEqual(Math.max(at + TIMES.leastMs, before.answeredAt!));
      }
      questions.slice(1).forEach(({ sentAt }, index) => {
        const before = questions[index]!;
        expect(sentAt).toBeGreaterThanOrEqual(Math.max(before.sentAt + TIMES.leastMs, before.answeredAt!));
      });
    }),
  );
});

it('knows nothing that is older than pollMs and a round trip', () => {
  fc.assert(
    fc.property(roundTrips, waits, waits, (trips, wakes, looks) => {
      const simulation = new Simulation(trips[Symbol.iterator]());
      const longest = 400;
      simulation.until(longest);
      for (let index = 0; index < Math.max(wakes.length, looks.length); index += 1) {
        simulation.until(simulation.now + (wakes[index] ?? 0));
        simulation.input('wake');
        simulation.until(simulation.now + (looks[index] ?? 0));
        const known = simulation.questions.findLast(({ answeredAt }) => answeredAt !== undefined)!;
        expect(simulation.now - known.sentAt).toBeLessThanOrEqual(TIMES.pollMs + longest);
      }
    }),
  );
});

it('is over when it is closed, whenever that is', () => {
  fc.assert(
    fc.property(roundTrips, fc.integer({ min: 0, max: 5_000 }), waits, (trips, at, more) => {
      const simulation = new Simulation(trips[Symbol.iterator]());
      simulation.until(at);
      simulation.input('close');
      const asked = simulation.questions.length;
      for (const ms of more) {
        simulation.input('wake');
        simulation.until(simulation.now + ms);
      }
      expect(simulation).toMatchObject({ state: { name: 'closed' }, timer: undefined });
      expect(simulation.questions).toHaveLength(asked);
    }),
  );
});
