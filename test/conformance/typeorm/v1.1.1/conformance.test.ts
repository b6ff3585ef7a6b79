import { conformance } from '../../conformance.ts';
import { typeormDriver } from '../driver.ts';
import { versionCases } from '../version-cases.ts';

conformance(typeormDriver('1.1.1'));
versionCases('1.1.1');
