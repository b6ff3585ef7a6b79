export { type Problem, problemOf } from './problem.ts';
export { boundOf, needsSomebody, scheduleOf, sinceRefresh, stateOf, verdictOf, type Word } from './state.ts';
export { ago, count, duration, instant } from './time.ts';
