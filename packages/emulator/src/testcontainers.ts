export { type Fallback, PgStreamContainer, type StartedPgStreamContainer } from './container/index.ts';
