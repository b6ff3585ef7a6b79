import type { DependencyGraph, DependencyPath } from '@pgstream/core';
import { type Command, Option } from 'commander';
import { command, inDatabase, type Session } from '../command/index.ts';
import type { Labels } from '../graph/index.ts';
import { freshText, stateText } from '../output/index.ts';

type Format = 'tree' | 'mermaid' | 'dot';

/** `pgstream graph` */
export function graph(): Command {
  return command('graph', {
    summary: 'What stream tables read, and what reads them',
    examples: [
      ['pgstream graph', 'a tree: sources, with what reads them below'],
      ['pgstream graph --format mermaid', 'a diagram for a page of Markdown'],
      ['pgstream graph --format dot > graph.dot; cat graph.dot', 'one for Graphviz: dot -Tsvg graph.dot'],
    ],
  })
    .addOption(
      new Option('--format <format>', 'as what it is drawn').choices(['tree', 'mermaid', 'dot']).default('tree'),
    )
    .action(
      inDatabase<[], { readonly format: Format }>(async (session, { format }) => {
        const found = await session.pgstream.graph();
        const drawings = await import('../graph/index.ts');
        session.output.show(found, () =>
          found.nodes.length === 0 ? 'There are no stream tables.' : drawings[format](found, labels(session)),
        );
        warn(found, session);
      }),
    );
}

function labels({ output, text }: Session): Labels {
  const { colors } = output;
  const name: Labels['name'] = (node) => (node.name === null ? `gone (oid ${node.oid})` : text(node.name));
  return {
    name,
    full(node) {
      if (node.kind === 'MISSING') return colors.bad(name(node));
      if (node.kind !== 'STREAM_TABLE')
        return `${name(node)} ${colors.faint(node.kind.toLowerCase().replace('_', ' '))}`;
      return `${colors.strong(name(node))} ${stateText(node.status, output)} ${freshText(node.isStale, output)}`;
    },
  };
}

/** What is wrong with it. */
function warn({ cycles, missing }: DependencyGraph, { output, text }: Session): void {
  const way = ({ path }: DependencyPath): string =>
    path.map(({ name, oid }) => (name === null ? `gone (oid ${oid})` : text(name))).join(' reads ');
  for (const each of cycles) output.note(output.colors.bad(`A cycle: ${way(each)}`));
  for (const each of missing) output.note(output.colors.bad(`Something is gone: ${way(each)}`));
}
