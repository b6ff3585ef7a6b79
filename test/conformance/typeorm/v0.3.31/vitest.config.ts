import { typeormColumn } from '../project.ts';

export default typeormColumn('v0.3.31', 'typeorm-0.3.31');
