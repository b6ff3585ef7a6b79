import { typeormColumn } from '../project.ts';

export default typeormColumn('v1.1.1', 'typeorm');
