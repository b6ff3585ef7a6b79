import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONNECTING,
  connectionStep,
  pauseMs,
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionState,
  type ConnectionStep,
} from '../../src/events/connection-state.ts';
import { transitionsOf } from '../transitions.ts';

const INPUTS: readonly ConnectionInput[] = ['opened', 'failed', 'lost', 'answered', 'due', 'close'];
const STATES: readonly ConnectionState[] = [
  { name: 'connecting' },
  { name: 'listening', failures: 3 },
  { name: 'waiting', failures: 3 },
  { name: 'reconnecting', failures: 3 },
  { name: 'closed' },
];
const TABLE = transitionsOf('events-and-watch.md', 'The connection of');

it('the specification has a row for nothing that there is not', () => {
  const possible = STATES.flatMap(({ name }) => INPUTS.map((input) => `${name} ${input}`));
  expect(possible).toEqual(expect.arrayContaining([...TABLE.keys()]));
  expect(TABLE.size).toBe(11);
});

describe.each(STATES)('in $name', (state) => {
  it.each(INPUTS)('%s does what the table of the specification says', (input) => {
    expect(connectionStep(state, input)).toStrictEqual(specified(state, input));
  });
});

/** What the table says, in words of the code. */
function specified(state: ConnectionState, input: ConnectionInput): ConnectionStep {
  const row = TABLE.get(`${state.name} ${input}`);
  if (!row) return { state, effects: [] };
  const failures = { '0': 0, '+1': 4, same: 3 }[row.more['failures'] ?? ''];
  const next = failures === undefined ? { name: row.next } : { name: row.next, failures };
  return {
    state: next as ConnectionState,
    effects: (row.more['to do'] ?? '').split(', ').filter(Boolean) as ConnectionEffect[],
  };
}

/** What an observer sees of a connection: what there is, and what was told. */
class Seen {
  connections = 0;
  pauses = 0;
  settled: ConnectionEffect[] = [];
  told: ConnectionEffect[] = [];

  do(effect: ConnectionEffect): void {
    if (effect === 'open') this.connections += 1;
    if (effect === 'pause') this.pauses += 1;
    if (effect === 'release') this.connections = this.pauses = 0;
    if (effect === 'started' || effect === 'refused') this.settled.push(effect);
    if (effect === 'tellLost' || effect === 'tellBack') this.told.push(effect);
  }
}

it('holds what the specification promises, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...INPUTS), { maxLength: 60 }), (inputs) => {
      const seen = new Seen();
      let { state } = CONNECTING;
      for (const effect of CONNECTING.effects) seen.do(effect);
      for (const input of inputs) {
        // The pause is over by itself, and a connection that there is not says nothing.
        if (input === 'due' && state.name === 'waiting') seen.pauses = 0;
        const step = connectionStep(state, input);
        state = step.state;
        for (const effect of step.effects) seen.do(effect);

        const isGap = state.name === 'waiting' || state.name === 'reconnecting';
        const isSettled = state.name !== 'connecting';
        expect(seen).toMatchObject({
          connections: state.name === 'waiting' || state.name === 'closed' ? 0 : 1,
          pauses: state.name === 'waiting' ? 1 : 0,
          told: seen.told.map((_, index) => (index % 2 === 0 ? 'tellLost' : 'tellBack')),
        });
        expect(seen.settled).toHaveLength(isSettled ? 1 : 0);
        expect(seen.settled.includes('refused') && state.name !== 'closed').toBe(false);
        expect(seen.told.length % 2 === 1 || state.name === 'closed').toBe(isGap || state.name === 'closed');
      }
    }),
    { numRuns: 300 },
  );
});

it('a pause is at least a half of what it may be, doubles, and has an end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const most = Math.min(30_000, 100 * 2 ** (failures - 1));
      const ms = pauseMs(failures, 100, 30_000, random);
      expect(ms).toBeGreaterThanOrEqual(most / 2);
      expect(ms).toBeLessThanOrEqual(most);
    }),
  );
});
