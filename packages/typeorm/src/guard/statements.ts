import type { StreamTableReadOnlyError } from '@pgstream/core';
import { writeTargets } from '../statement/index.ts';
import { refusal, refusedDefinition } from './refusal.ts';
import type { StreamEntities } from './stream-entities.ts';

/** Why a statement must not be sent; undefined when it may be. */
export function refusalOf(sql: string, streams: StreamEntities): StreamTableReadOnlyError | undefined {
  for (const target of writeTargets(sql)) {
    const stream = streams.named(target);
    if (stream) return (target.operation.endsWith(' table') ? refusedDefinition : refusal)(stream, target.operation);
  }
  return undefined;
}
