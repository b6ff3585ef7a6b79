export { type Bar, barChart, strip } from './bars.ts';
export { type Box, graphDrawing } from './graph.ts';
