import { expectOverlappingQueries } from '@pgstream/harness';
import { conformance } from '../../conformance.ts';
import { ambientCases } from '../ambient-cases.ts';
import { typeormDriver } from '../driver.ts';
import { hostCases } from '../host-cases.ts';
import { versionCases } from '../version-cases.ts';

// It reads what it is about to save by several queries at once.
expectOverlappingQueries();

conformance(typeormDriver('0.3.31'));
versionCases('0.3.31');
hostCases('0.3.31');
ambientCases('0.3.31');
