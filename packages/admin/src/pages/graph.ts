import type { DependencyGraph, DependencyNode, DependencyPath, QualifiedName, StreamTableNode } from '@pgstream/core';
import type { Addresses } from '../address/index.ts';
import { type Box, graphDrawing } from '../drawing/index.ts';
import { type Content, type Html, html } from '../html/index.ts';
import { count, stateOf, verdictOf } from '../words/index.ts';
import { type Frame, layout } from './layout.ts';
import { nameText, plainName } from './parts.ts';

/** How many boxes a drawing has at most: more can neither be read nor followed by keyboard. */
const DRAWN = 60;
/** How many names of a layer are listed. */
const LISTED = 100;

/** All stream tables and what they read: drawn where that fits, and as a list of layers. */
export function graphPage(frame: Frame, graph: DependencyGraph): Html {
  const { nodes, layers, cycles, missing } = graph;
  const { addresses } = frame;
  const number = nodes.filter(({ kind }) => kind === 'STREAM_TABLE').length;
  return layout(frame, {
    title: 'Dependencies',
    section: 'graph',
    content:
      number === 0
        ? html`<p class="empty">There are no stream tables in this database.</p>`
        : html`<p>
              ${count(number)} stream ${number === 1 ? 'table' : 'tables'} in ${layers.length}
              ${layers.length === 1 ? 'layer' : 'layers'}, over ${count(nodes.length - number)} other relations. Each is
              refreshed after those that it reads.
            </p>
            ${pathList('These read each other in a circle:', cycles, addresses)}
            ${pathList('These read what is gone:', missing, addresses)}
            ${
              nodes.length <= DRAWN
                ? graphDrawing(boxesOf(nodes, addresses), 'Dependency graph, also listed below')
                : html`<p class="quiet">
                    They are too many for one drawing. The page of each stream table draws what is around it.
                  </p>`
            }
            ${layers.map((layer, index) => layerList(layer, index, addresses))}`,
  });
}

function layerList(names: readonly QualifiedName[], index: number, addresses: Addresses): Html {
  const rest = names.length - LISTED;
  return html`<section aria-labelledby="layer-${index + 1}">
    <h2 id="layer-${index + 1}">Layer ${index + 1} <span class="quiet">${count(names.length)}</span></h2>
    <ul class="names">
      ${names.slice(0, LISTED).map((name) => html`<li><a href="${addresses.table(name)}">${nameText(name)}</a></li>`)}
    </ul>
    ${rest > 0 && html`<p class="quiet">And ${count(rest)} more: <a href="${addresses.list({ sort: 'name' })}">all stream tables</a>.</p>`}
  </section>`;
}

function pathList(words: string, paths: readonly DependencyPath[], addresses: Addresses): Content {
  return (
    paths.length > 0 &&
    html`<div class="message bad">
      <p>${words}</p>
      <ul>
        ${paths
          .slice(0, LISTED)
          .map(
            ({ streamTable, path }) =>
              html`<li>
                <a href="${addresses.table(streamTable)}">${nameText(streamTable)}</a>:
                ${path.map((step) => (step.name ? plainName(step.name) : 'gone')).join(' reads ')}
              </li>`,
          )}
      </ul>
    </div>`
  );
}

/** What is around a stream table. */
export interface Neighbourhood {
  readonly itself: StreamTableNode | undefined;
  readonly reads: readonly DependencyNode[];
  readonly readBy: readonly DependencyNode[];
  /** Itself, all that it comes from and all that comes from it: the nearest, as many as can be drawn. */
  readonly around: readonly DependencyNode[];
  /** How many of those there are. */
  readonly number: number;
}

/** The nearest of all that a stream table comes from, and of all that comes from it. */
export function neighbourhoodOf({ nodes }: DependencyGraph, { schema, name }: QualifiedName): Neighbourhood {
  const byOid = new Map(nodes.map((node) => [node.oid, node]));
  const readers = new Map<number, DependencyNode[]>();
  for (const node of nodes) for (const oid of node.reads) readers.set(oid, [...(readers.get(oid) ?? []), node]);
  const sourcesOf = (node: DependencyNode): DependencyNode[] => node.reads.flatMap((oid) => byOid.get(oid) ?? []);
  const readersOf = (node: DependencyNode): DependencyNode[] => readers.get(node.oid) ?? [];
  const itself = nodes.find(
    (node): node is StreamTableNode =>
      node.kind === 'STREAM_TABLE' && node.name.schema === schema && node.name.name === name,
  );
  if (!itself) return { itself, reads: [], readBy: [], around: [], number: 0 };
  const nearest = merged(reachedFrom(itself, sourcesOf), reachedFrom(itself, readersOf));
  const taken = new Set([itself, ...nearest.slice(0, DRAWN - 1)]);
  return {
    itself,
    reads: sourcesOf(itself),
    readBy: readersOf(itself),
    around: nodes.filter((node) => taken.has(node)),
    number: nearest.length + 1,
  };
}

/** All that can be reached, the nearest first, with how many steps that takes. */
function reachedFrom(
  start: DependencyNode,
  next: (node: DependencyNode) => DependencyNode[],
): readonly { readonly node: DependencyNode; readonly steps: number }[] {
  const steps = new Map([[start, 0]]);
  // A map goes on with what is added meanwhile.
  for (const [node, taken] of steps) for (const each of next(node)) if (!steps.has(each)) steps.set(each, taken + 1);
  steps.delete(start);
  return [...steps].map(([node, taken]) => ({ node, steps: taken }));
}

function merged(
  ...reached: (readonly { readonly node: DependencyNode; readonly steps: number }[])[]
): DependencyNode[] {
  return [
    ...new Set(
      reached
        .flat()
        .toSorted((a, b) => a.steps - b.steps)
        .map(({ node }) => node),
    ),
  ];
}

const KINDS: Readonly<Record<DependencyNode['kind'], string>> = {
  STREAM_TABLE: 'stream table',
  TABLE: 'table',
  VIEW: 'view',
  MATVIEW: 'materialized view',
  FOREIGN_TABLE: 'foreign table',
  MISSING: 'dropped',
};

/** What a relation is called, and what it is. */
export function nodeText(node: DependencyNode): { readonly title: string; readonly text: string } {
  const title = node.name ? plainName(node.name) : `oid ${node.oid}`;
  if (node.kind !== 'STREAM_TABLE') return { title, text: KINDS[node.kind] };
  const state = stateOf(node.status);
  return { title, text: `stream table, ${state.look === 'good' ? verdictOf(node.isStale).word : state.word}` };
}

/** Boxes for a drawing of these. */
export function boxesOf(nodes: readonly DependencyNode[], addresses: Addresses, here?: DependencyNode): Box[] {
  return nodes.map((node) => {
    const isStreamTable = node.kind === 'STREAM_TABLE';
    const isBad = isStreamTable
      ? node.isStale === true || stateOf(node.status).look === 'bad'
      : node.kind === 'MISSING';
    return {
      node,
      ...nodeText(node),
      look: isBad ? 'bad' : isStreamTable ? 'good' : 'plain',
      href: isStreamTable ? addresses.table(node.name) : undefined,
      isHere: node === here,
    };
  });
}
