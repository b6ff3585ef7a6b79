import { conformance } from '../../conformance.ts';
import { typeormDriver } from '../driver.ts';
import { versionCases } from '../version-cases.ts';

conformance(typeormDriver('0.3.31'));
versionCases('0.3.31');
