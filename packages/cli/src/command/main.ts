import { run } from './program.ts';

void run(process.argv);
