export { graphPage } from './graph.ts';
export { healthPage } from './health.ts';
export type { Frame } from './layout.ts';
export { keyOf, listPage } from './list.ts';
export { failurePage, problemPage, refusalPage } from './problem.ts';
export { type Asked, tablePage } from './table.ts';
