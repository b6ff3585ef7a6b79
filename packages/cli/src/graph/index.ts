export { dot, mermaid } from './diagrams.ts';
export { tree, type Labels } from './tree.ts';
