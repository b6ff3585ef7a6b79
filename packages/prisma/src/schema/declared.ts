import type { RegisteredModel } from '../registry/index.ts';
import { streamTableOf } from './annotation.ts';
import { type Block, isDocumentation, linesOf, readSchemaText } from './blocks.ts';
import { checkMisplaced } from './misplaced.ts';

/** The stream tables that the text of a schema declares. Throws a sentence for a comment that declares none. */
export function declaredStreamTables(schema: string): NonNullable<RegisteredModel['streamTable']>[] {
  const { blocks, comments } = readSchemaText(schema);
  checkMisplaced(comments, isInClient);
  return blocks.filter(isInClient).flatMap((block) => {
    const documentation = comments.filter(
      (comment) => comment.place === 'above' && comment.block === block && isDocumentation(comment),
    );
    const { name, attributes } = block;
    const declared = { name, dbName: attributes['map'], schema: attributes['schema'] };
    return streamTableOf({ ...declared, documentation: documentation.flatMap(linesOf).join('\n') }) ?? [];
  });
}

function isInClient({ kind, attributes }: Block): boolean {
  return (kind === 'model' || kind === 'view') && !('ignore' in attributes);
}
