import { conformance } from '../../conformance.ts';
import { typeormDriver } from '../driver.ts';
import { hostCases } from '../host-cases.ts';
import { versionCases } from '../version-cases.ts';

conformance(typeormDriver('0.3.31'));
versionCases('0.3.31');
hostCases('0.3.31');
