import { isAnnotation } from './annotation.ts';
import { type Block, type Comment, isDocumentation, linesOf } from './blocks.ts';

/** Anywhere in a line. Not after a letter, as in the address of a mail. */
const MENTION = /(?<!\w)@stream[_-]?tables?(?![\w-])/i;

/**
 * Throws a sentence for a comment that was meant to make a model a stream table, and would be passed over in silence. Not
 * for what is commented out, nor for prose, in which it is in backticks: `@streamTable`.
 */
export function checkMisplaced(comments: readonly Comment[], isUnderstood: (block: Block) => boolean): void {
  for (const comment of comments) {
    for (const line of linesOf(comment)) {
      const reason = isMention(line) ? reasonAgainst(line, comment, isUnderstood) : undefined;
      if (reason !== undefined) {
        throw new Error(
          `The comment ${shown(comment, line)} ${reason}, and makes nothing a stream table. Write /// @streamTable at the beginning of a line of its own, directly above a view or model. Where it is only spoken of, put it in backticks.`,
        );
      }
    }
  }
}

function reasonAgainst(line: string, comment: Comment, isUnderstood: (block: Block) => boolean): string | undefined {
  const { place, block } = comment;
  if (!isDocumentation(comment)) return 'has two slashes';
  if (place === 'apart' || !block) return 'has no view or model directly below it';
  if (place === 'inside') return `is inside the block of ${block.kind} ${block.name}`;
  if (!isUnderstood(block)) return `is above the ${block.kind} ${block.name}, which is no view or model of the client`;
  if (!isAnnotation(line)) return 'does not begin with it';
  return undefined;
}

function isMention(line: string): boolean {
  const [before, ...after] = line.replaceAll(/`[^`]*`/g, '').split(MENTION);
  return after.length > 0 && !before?.includes('//');
}

function shown({ text }: Comment, line: string): string {
  return text.includes('\n') ? `/* … ${line} … */` : text.trim();
}
