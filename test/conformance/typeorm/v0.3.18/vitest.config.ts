import { typeormColumn } from '../project.ts';

export default typeormColumn('v0.3.18', 'typeorm-0.3.18');
