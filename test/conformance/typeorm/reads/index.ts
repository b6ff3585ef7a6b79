import type { ReadPath } from '../../driver.ts';
import type { Native } from '../session.ts';
import { isIn, type Version } from '../version.ts';
import { builderReads } from './builders.ts';
import { findReads } from './finds.ts';
import { relationReads } from './relations.ts';
import { textReads } from './texts.ts';
import { visitReads } from './visits.ts';

/** Every way in which a version reads an entity. */
export function readsOf(version: Version): readonly ReadPath<Native>[] {
  return [...findReads, ...builderReads, ...relationReads, ...visitReads, ...textReads].filter((read) =>
    isIn(version, read),
  );
}
