import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A server in a thread of its own, which a client that does nothing else can wait for: it answers with `answer` when a
 * request has begun, ends the connection without reading on, and then adds one to `ended`.
 */
/** @type {{ readonly answer: string, readonly ended: Int32Array }} */
const { answer, ended } = workerData;

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.pause();
    socket.end(answer, () => socket.destroy());
  });
  socket.on('close', () => {
    Atomics.add(ended, 0, 1);
    Atomics.notify(ended, 0);
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()));
