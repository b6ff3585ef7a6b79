import { expect, test } from 'vitest';
import { isCronDue } from '../../src/scheduler/cron.ts';

const at = (time: string): Date => new Date(`2026-03-02T${time}Z`);

test.for([
  ['@hourly', '10:59:30', '10:59:59', false],
  ['@hourly', '10:59:30', '11:00:00', true],
  ['@hourly', '11:00:00', '11:59:59', false],
  ['0 * * * *', '10:30:00', '11:00:05', true],
  ['  */5 * * * *', '10:04:59', '10:05:00', true],
  ['*/5 * * * *', '10:05:00', '10:09:59', false],
  ['*/10 * * * * *', '10:05:01', '10:05:09', false],
  ['*/10 * * * * *', '10:05:01', '10:05:10', true],
  ['@daily', '00:00:01', '23:59:59', false],
  ['0 6 * * *', '05:59:59', '06:00:00', true],
] as const)('%j, refreshed at %s, is due at %s: %s', ([pattern, last, now, due]) => {
  expect(isCronDue(pattern, at(last), at(now))).toBe(due);
});

test('a pattern whose moments are all past is never due again', () => {
  expect(isCronDue('0 0 0 1 1 * 2020', new Date('2026-01-01'), new Date('2036-01-01'))).toBe(false);
});

test('what cannot be read is an error', () => {
  expect(() => isCronDue('61 * * * *', new Date(), new Date())).toThrow('Invalid value for minute: 61');
});
