export { projectFindings } from './findings.ts';
