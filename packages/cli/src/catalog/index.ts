export { dependentsOf } from './dependents.ts';
