import type { WriteCall } from '../../driver.ts';
import type { Native } from '../session.ts';
import { isIn, type Version } from '../version.ts';
import { builderWrites } from './builders.ts';
import { cascadeWrites } from './cascades.ts';
import { definitionWrites } from './definitions.ts';
import { methodWrites } from './methods.ts';
import { textWrites } from './texts.ts';
import { treeWrites } from './trees.ts';
import { viewWrites } from './views.ts';
import { visitWrites } from './visits.ts';

/** Every way in which a version writes to a stream table. */
export function writesOf(version: Version): readonly WriteCall<Native>[] {
  return [
    ...methodWrites,
    ...builderWrites,
    ...cascadeWrites,
    ...textWrites,
    ...definitionWrites,
    ...treeWrites,
    ...viewWrites,
    ...visitWrites,
  ].filter((write) => isIn(version, write));
}
