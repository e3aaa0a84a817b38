import { parseArgs } from 'node:util';
import { startFaultServer } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const server = await startFaultServer({ port: Number(values.port) });
console.log(`origin        ${server.origin}`);
console.log(`cross origin  ${server.crossOrigin}`);
console.log(`secure origin ${server.secureOrigin}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
