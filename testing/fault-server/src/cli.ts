import { parseArgs } from 'node:util';
import { startFaultServer } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8400' } } });
const server = await startFaultServer({ port: Number(values.port) });
console.log(`${server.origin}\n${server.crossOrigin}\n${server.secureOrigin}`);
process.once('SIGINT', () => server.close());
