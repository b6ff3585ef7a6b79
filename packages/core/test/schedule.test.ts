import { describe, expect, it } from 'vitest';
import { readSchedule, scheduleText } from '../src/definition/schedule.ts';
import type { ScheduleInput } from '../src/index.ts';

describe('a schedule that is sent', () => {
  it.each<[ScheduleInput, string | null]>([
    ['5m', '5m'],
    ['1h30m', '1h30m'],
    [' 90s ', '90s'],
    ['2d', '2d'],
    ['1w', '1w'],
    [{ everyMs: 300_000 }, '300s'],
    [{ everyMs: 1000 }, '1s'],
    ['*/5 * * * *', '*/5 * * * *'],
    ['* * * * * *', '* * * * * *'],
    ['0 6 * * MON-FRI', '0 6 * * MON-FRI'],
    ['@hourly', '@hourly'],
    ['@Daily', '@Daily'],
    [null, null],
  ])('%j becomes %j', (schedule, text) => {
    expect(scheduleText(schedule)).toBe(text);
  });

  it.each<[what: string, schedule: unknown, advice: string]>([
    ['a bare number', 300, 'not a number'],
    ['a bare number as text', '300', "'300s'"],
    ['milliseconds as text', '60000', '{ everyMs: 60000 }'],
    ['the empty text', ' ', 'must not be empty'],
    ['a unit in upper case', '5M', 'lower case'],
    ['a fraction', '1.5h', 'whole numbers'],
    ['a negative duration', '-5m', 'whole numbers'],
    ['trailing digits', '1h30', 'whole numbers'],
    ['a blank within', '5 m', 'no blanks'],
    ['four cron fields', '* * * *', 'five or six fields'],
    ['seven cron fields', '* * * * * * *', 'five or six fields'],
    ['words', 'every full hour or so at', 'five or six fields'],
    ['an unknown alias', '@nonsense', '@hourly'],
    ['the word calculated', 'calculated', 'null'],
    ['a duration beyond counting', '100000000000000000000s', 'whole numbers'],
    ['milliseconds that are not whole seconds', { everyMs: 1500 }, 'whole seconds'],
    ['no milliseconds', { everyMs: 0 }, 'whole seconds'],
    ['endless milliseconds', { everyMs: Number.POSITIVE_INFINITY }, 'whole seconds'],
    ['milliseconds under another name', { ms: 60_000 }, 'everyMs'],
    ['nothing', undefined, 'undefined'],
  ])('is refused with advice when it is %s', (_, schedule, advice) => {
    expect(() => scheduleText(schedule as ScheduleInput)).toThrow(
      expect.objectContaining({ code: 'INVALID_SCHEDULE', message: expect.stringContaining(advice) }),
    );
  });
});

describe('a schedule of the catalog', () => {
  it.each([
    ['5m', { kind: 'duration', text: '5m', everyMs: 300_000 }],
    ['1h30m', { kind: 'duration', text: '1h30m', everyMs: 5_400_000 }],
    ['1w2d', { kind: 'duration', text: '1w2d', everyMs: 777_600_000 }],
    ['60', { kind: 'duration', text: '60', everyMs: 60_000 }],
    ['@hourly', { kind: 'cron', text: '@hourly' }],
    ['*/5 * * * *', { kind: 'cron', text: '*/5 * * * *' }],
    [null, { kind: 'calculated', text: null }],
    ['whenever', { kind: 'unknown', text: 'whenever' }],
  ])('%j is read', (text, schedule) => {
    expect(readSchedule(text)).toStrictEqual(schedule);
  });
});
