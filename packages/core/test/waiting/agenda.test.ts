import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agenda, LEAST_GAP_MS, type Patience } from '../../src/waiting/agenda.ts';

/** What is known of it without looking into it: the states of docs/waiting.md. */
interface Model {
  now: number;
  /** Those who wait, each with when its last question began; undefined: it has had none. */
  readonly waits: Map<number, { readonly deadline: number; readonly pollMs: number; askedAt: number | undefined }>;
  /** Those whom the question asks for that is under way. */
  asking: ReadonlySet<number> | undefined;
  askedAt: number;
  /** When the last question was over. */
  answeredAt: number;
  /** Those who were woken or came since the last question began. */
  readonly news: Set<number>;
  joined: number;
}

class Real {
  readonly agenda = new Agenda<number>(() => 1);
}

type Command = fc.Command<Model, Real>;

/** What holds after every step. */
function check(model: Model, { agenda }: Real): void {
  const { nextAt } = agenda;
  expect([...model.waits.keys()].filter((wait) => !agenda.has(wait))).toEqual([]);
  if (model.waits.size === 0) {
    expect(nextAt).toBeUndefined();
    return;
  }
  const waits = [...model.waits.values()];
  const deadline = Math.min(...waits.map((wait) => wait.deadline));
  expect(nextAt).toBeLessThanOrEqual(deadline);
  if (model.asking) {
    expect(nextAt).toBe(deadline);
    return;
  }
  // Who has had no answer, or was woken since, does not wait for others' pauses; nobody waits for longer than the longest.
  const soonest = Math.max(model.now, model.askedAt + LEAST_GAP_MS);
  const longest = Math.min(...waits.map(({ pollMs }) => model.answeredAt + pollMs));
  const bound = model.news.size > 0 ? soonest : Math.max(soonest, longest);
  expect(nextAt).toBeLessThanOrEqual(Math.min(deadline, bound));
}

const join = (patience: Patience): Command => ({
  check: () => true,
  run(model, real) {
    const wait = (model.joined += 1);
    real.agenda.join(wait, patience, model.now);
    const { timeoutMs, pollMs } = patience;
    model.waits.set(wait, { deadline: model.now + timeoutMs, pollMs, askedAt: undefined });
    model.news.add(wait);
    check(model, real);
  },
  toString: () => `join(${JSON.stringify(patience)})`,
});

const one = (model: Model, index: number): number => [...model.waits.keys()][index % model.waits.size] ?? 0;

const leave = (index: number): Command => ({
  check: ({ waits }) => waits.size > 0,
  run(model, real) {
    const wait = one(model, index);
    real.agenda.leave(wait);
    model.waits.delete(wait);
    model.news.delete(wait);
    check(model, real);
  },
  toString: () => `leave(${index})`,
});

const wake = (index: number): Command => ({
  check: ({ waits }) => waits.size > 0,
  run(model, real) {
    const wait = one(model, index);
    real.agenda.wake(wait, model.now);
    model.news.add(wait);
    check(model, real);
  },
  toString: () => `wake(${index})`,
});

/** Time goes on, and at each moment that the agenda has named it is asked what to do. */
const elapse = (ms: number): Command => ({
  check: () => true,
  run(model, real) {
    const until = model.now + ms;
    for (let next = real.agenda.nextAt; next !== undefined && next <= until; next = real.agenda.nextAt) {
      model.now = Math.max(model.now, next);
      const { ask, late } = real.agenda.turn(model.now);
      const isOver = [...model.waits].filter(([, { deadline }]) => deadline <= model.now).map(([wait]) => wait);
      expect(late).toEqual(isOver);
      for (const wait of late) {
        model.waits.delete(wait);
        model.news.delete(wait);
        expect(real.agenda.has(wait)).toBe(false);
      }
      if (ask.length > 0) {
        expect(model.asking).toBeUndefined();
        expect(model.now - model.askedAt).toBeGreaterThanOrEqual(LEAST_GAP_MS);
        expect(ask).toEqual([...model.waits.keys()]);
        model.asking = new Set(ask);
        model.askedAt = model.now;
        for (const wait of model.waits.values()) wait.askedAt = model.now;
        model.news.clear();
      } else {
        expect(late).not.toEqual([]);
      }
      check(model, real);
    }
    model.now = until;
    check(model, real);
  },
  toString: () => `elapse(${ms})`,
});

/** The answer comes: some have reached what they waited for, the others go on. */
const answer = (reached: (wait: number) => boolean): Command => ({
  check: ({ asking }) => asking !== undefined,
  run(model, real) {
    for (const wait of model.asking ?? []) {
      if (!reached(wait)) continue;
      real.agenda.leave(wait);
      model.waits.delete(wait);
      model.news.delete(wait);
    }
    real.agenda.answered(model.now);
    model.asking = undefined;
    model.answeredAt = model.now;
    check(model, real);
  },
  toString: () => 'answer()',
});

/** Often as short as the first pauses. */
const times = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max }));

const commands = fc.commands(
  [
    fc.record({ timeoutMs: times(5_000), pollMs: times(2_000) }).map(join),
    fc.nat(20).map(leave),
    fc.nat(20).map(wake),
    fc.integer({ min: 0, max: 1_500 }).map(elapse),
    fc.func<[number], boolean>(fc.boolean()).map(answer),
  ],
  { size: '+1' },
);

describe('the agenda', () => {
  it('asks for all at once, never twice at a time, in time, and forgets nobody', () => {
    const told = fc.check(
      fc.property(commands, (steps) => {
        const model: Model = {
          now: 0,
          waits: new Map(),
          asking: undefined,
          askedAt: -Infinity,
          answeredAt: 0,
          news: new Set(),
          joined: 0,
        };
        fc.modelRun(() => ({ model, real: new Real() }), steps);
      }),
      { numRuns: 400 },
    );
    expect(told.failed ? fc.defaultReportMessage(told) : undefined).toBeUndefined();
  });

  it('pauses for as long as was waited already, up to the longest', () => {
    const agenda = new Agenda<string>(() => 1);
    agenda.join('it', { timeoutMs: 60_000, pollMs: 300 }, 0);
    const asked: number[] = [];
    for (let at = agenda.nextAt ?? 0; asked.length < 8; at = agenda.nextAt ?? Number.NaN) {
      if (agenda.turn(at).ask.length > 0) asked.push(at);
      agenda.answered(at);
    }
    expect(asked.map((at, index) => at - (asked[index - 1] ?? 0))).toEqual([0, 20, 20, 40, 80, 160, 300, 300]);
  });

  it('holds more calls than a function takes arguments', () => {
    const agenda = new Agenda<number>();
    for (let wait = 0; wait < 200_000; wait += 1) agenda.join(wait, { timeoutMs: 60_000, pollMs: 1_000 }, wait);
    expect(agenda.nextAt).toBe(0);
    expect(agenda.turn(200_000).late).toHaveLength(140_001);
    agenda.answered(200_000);
    expect(agenda.nextAt).toBeGreaterThan(200_000);
  });

  it('parts processes that began together', () => {
    const agenda = new Agenda<string>(() => 0);
    agenda.join('it', { timeoutMs: 60_000, pollMs: 300 }, 0);
    agenda.turn(0);
    agenda.answered(100);
    expect(agenda.nextAt).toBe(150);
  });
});
