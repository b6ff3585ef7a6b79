import { listen } from './project/asked/index.ts';

listen();
