import { conformance } from '../../conformance.ts';
import { ambientCases } from '../ambient-cases.ts';
import { typeormDriver } from '../driver.ts';
import { hostCases } from '../host-cases.ts';
import { versionCases } from '../version-cases.ts';

conformance(typeormDriver('1.1.1'));
versionCases('1.1.1');
hostCases('1.1.1');
ambientCases('1.1.1');
