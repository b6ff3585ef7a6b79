import { readSchedule, type RefreshMode } from '../definition/index.ts';
import type { Dialect } from '../dialect/index.ts';
import type { Declared } from './declared.ts';
import type { Known, KnownColumn } from './known.ts';
import type { Meaning } from './meaning.ts';
import { isSameName } from './views.ts';

/** How a declared stream table and the one of the catalog differ. */
export interface Differences {
  /** Reasons for which the rows are others: sentences without a full stop. */
  readonly content: readonly string[];
  /** Whether it is the query itself that is another one. */
  readonly query: boolean;
  /** Whether the visible columns are others. */
  readonly columns: boolean;
  /** The new schedule's text; undefined where it is the same. */
  readonly schedule: string | null | undefined;
  readonly refreshMode: RefreshMode | undefined;
  readonly comment: string | null | undefined;
}

/** Whether what is there is what was declared, by what was written down: nobody has to understand a query for it. */
export function isAsMarked(declared: Declared, known: Known): boolean {
  const { mark } = known;
  if (mark === null || !known.isSeen || mark.kept !== known.kept || mark.query !== declared.query) return false;
  // One that is declared no more is told of without it.
  if (declared.view !== null && !isSameName(declared.view, known.view?.name)) return false;
  const { schedule, refreshMode, comment } = settingsOf(declared, known);
  return (
    mark.refreshMode === declared.refreshMode &&
    schedule === undefined &&
    refreshMode === undefined &&
    comment === undefined &&
    JSON.stringify(mark.columns) === JSON.stringify(declared.columns)
  );
}

type Settings = Pick<Differences, 'schedule' | 'refreshMode' | 'comment'>;

function settingsOf(declared: Declared, known: Known): Settings {
  return {
    schedule: sameSchedule(declared.schedule, known.schedule) ? undefined : declared.schedule,
    refreshMode: sameMode(declared.refreshMode, known) ? undefined : declared.refreshMode,
    comment: declared.comment === undefined || declared.comment === known.comment ? undefined : declared.comment,
  };
}

/** `60s` is `1m`. */
function sameSchedule(declared: string | null, known: string | null): boolean {
  const [one, other] = [readSchedule(declared), readSchedule(known)];
  if (one.kind === 'duration' && other.kind === 'duration') return one.everyMs === other.everyMs;
  return one.text === other.text;
}

/** Of AUTO the extension has made the mode of the catalog, and tries DIFFERENTIAL first (contract B.2). */
function sameMode(declared: RefreshMode, known: Known): boolean {
  return (
    declared === modeOf(known) ||
    declared === known.refreshMode ||
    (declared === 'AUTO' && known.refreshMode === 'DIFFERENTIAL')
  );
}

/** The mode that was asked for: AUTO, where it is known that it was, and else the one that it has. */
export function modeOf({ refreshMode, requestedMode, mark }: Known): RefreshMode {
  if (refreshMode === 'IMMEDIATE') return refreshMode;
  return (mark?.refreshMode ?? requestedMode) === 'AUTO' ? 'AUTO' : refreshMode;
}

/** What the two differ in, by what PostgreSQL makes of both queries. */
export function differencesOf(declared: Declared, known: Known, meaning: Meaning, major: number): Differences {
  const columns = !sameColumns(meaning.columns, known.columns);
  const content = [...contentReasons(known, meaning, major, columns)];
  return { content, query: meaning.isSame !== true, columns, ...settingsOf(declared, known) };
}

function* contentReasons(known: Known, meaning: Meaning, major: number, columns: boolean): Iterable<string> {
  if (meaning.storedError !== null) yield `the query that it has fits nothing any more (${meaning.storedError})`;
  else if (meaning.isSame !== true) yield 'its query is another one';
  else if (known.gone.length > 0) yield 'what it read was dropped, and the extension does not watch what is there now';
  if (columns) {
    yield `its columns are ${columnsText(known.columns)}, and the query gives ${columnsText(meaning.columns)}`;
  }
  const { mark } = known;
  if (mark === null || mark.major !== major) return;
  const changed = [...new Set([...Object.keys(mark.under), ...Object.keys(meaning.under)])].filter(
    (what) => mark.under[what] !== meaning.under[what],
  );
  if (changed.length > 0 && meaning.isSame === true)
    yield `under its query, ${changed.join(' and ')} is not what it was`;
}

function sameColumns(meant: readonly KnownColumn[], known: readonly KnownColumn[]): boolean {
  return (
    meant.length === known.length &&
    meant.every(({ name, type }, index) => name === known[index]?.name && type === known[index].type)
  );
}

function columnsText(columns: readonly KnownColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${type.replace(/^pg_catalog\./, '')}`).join(', ');
}

/** What the extension can do in place, and what needs another stream table. */
export function needsRecreation(
  { content, query, columns, schedule, refreshMode }: Differences,
  known: Known,
  dialect: Dialect,
): readonly string[] {
  const reasons: string[] = [];
  // The same query once more is nothing to do for an alter.
  if (content.length > 0 && (!dialect.altersQuery || columns || !query || known.gone.length > 0))
    reasons.push(...content);
  if (schedule === null && dialect.calculated === null) {
    reasons.push(`${dialect.name} cannot set an existing schedule to calculated`);
  }
  const mode = refreshMode === undefined ? undefined : modeNeedsRecreation(refreshMode, known, dialect);
  return mode === undefined ? reasons : [...reasons, mode];
}

/**
 * Whether no alter takes an alter back: to a calculated schedule, or to DIFFERENTIAL where another mode computes nothing, so that
 * a refresh in between has lost the counts (contract A.1).
 */
export function isOneWay({ schedule, refreshMode }: Differences, known: Known, dialect: Dialect): boolean {
  const fromCalculated = schedule !== undefined && known.schedule === null && dialect.calculated === null;
  return fromCalculated || (refreshMode !== undefined && !dialect.hasAutoAndImmediate);
}

/**
 * Contract A.1: what was not counted from the beginning fails, or loses groups, and of pg_trickle nobody has seen it go well.
 * B.2: AUTO is no mode of alter.
 */
function modeNeedsRecreation(asked: RefreshMode, known: Known, { name }: Dialect): string | undefined {
  if (asked === 'AUTO') return `${name} chooses for AUTO only when it creates`;
  if (asked !== 'FULL' || known.refreshMode !== 'DIFFERENTIAL')
    return `of a ${modeOf(known)} one no alter makes one that is ${asked}`;
  return undefined;
}
