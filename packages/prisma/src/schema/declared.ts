import { type AnnotatedStreamTable, annotatedStreamTableOf } from './annotation.ts';
import { type Block, type Field, isDocumentation, linesOf, readSchemaText } from './blocks.ts';
import { checkMisplaced } from './misplaced.ts';

/** A stream table as the text of a schema declares it. */
export interface DeclaredInSchema extends AnnotatedStreamTable {
  /** The model's name and fields. */
  readonly model: string;
  readonly fields: readonly Field[];
}

/** The stream tables that the text of a schema declares. Throws a sentence for a comment that declares none. */
export function declaredStreamTables(schema: string): DeclaredInSchema[] {
  const { blocks, comments } = readSchemaText(schema);
  checkMisplaced(comments, isInClient);
  return blocks.filter(isInClient).flatMap((block) => {
    const documentation = comments.filter(
      (comment) => comment.place === 'above' && comment.block === block && isDocumentation(comment),
    );
    const { name, fields, attributes } = block;
    const annotated = annotatedStreamTableOf({
      name,
      dbName: attributes['map'],
      schema: attributes['schema'],
      documentation: documentation.flatMap(linesOf).join('\n'),
    });
    return annotated ? [{ ...annotated, model: name, fields }] : [];
  });
}

/** Models and views, whose names are the types of relations. */
export function modelNames(schema: string): string[] {
  return readSchemaText(schema)
    .blocks.filter(isModel)
    .map(({ name }) => name);
}

function isInClient(block: Block): boolean {
  return isModel(block) && !('ignore' in block.attributes);
}

function isModel({ kind }: Block): boolean {
  return kind === 'model' || kind === 'view';
}
