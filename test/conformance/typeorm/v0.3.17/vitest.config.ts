import { typeormProject } from '../project.ts';

export default typeormProject('v0.3.17', 'typeorm-0.3.17');
