import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompiledProgram, compileProgram } from '@background-fetch/testing-command-line/compile-program';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { useResumableServers } from './resumable-server.ts';

const serve = useResumableServers();
const size = 8_000_000;
const running = new Set<ChildProcess>();
let directory: string;
let program: CompiledProgram;

beforeAll(async () => {
  program = await compileProgram(new URL('upload-process.ts', import.meta.url));
});
afterAll(() => program[Symbol.asyncDispose]());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'upload-'));
});

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  await rm(directory, { recursive: true, force: true });
});

/** A process that uploads; what it prints is in `output` when it has exited. */
function start(url: string, bytes = size): { child: ChildProcess; exited: Promise<string> } {
  const args = [program.path, directory, url, `${bytes}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'close').then(() => {
    running.delete(child);
    return output;
  });
  return { child, exited };
}

it('continues an upload in the next process when this one is killed, as often as that happens', async () => {
  const holds = [3_000_000, 1, 2_000_000];
  let onHeld = (): void => {};
  const server = await serve({ holds: [...holds], onHeld: () => onHeld() });
  for (const _ of holds) {
    const held = new Promise<void>((resolve) => {
      onHeld = resolve;
    });
    const { child, exited } = start(server.url);
    await held;
    child.kill('SIGKILL');
    await exited;
  }
  const output = JSON.parse(await start(server.url).exited);
  expect(output).toEqual({ result: 'success', failureReason: '', uploaded: size });
  expect(server.uploads).toHaveLength(1);
  expect(server.uploads[0]?.bytes.byteLength).toBe(size);
  expect(server.uploads[0]?.bytes.every((byte, index) => byte === ((index * 31 + (index >> 8)) & 255))).toBe(
    true,
  );
});

it('is not sent again by the next process if the server can not continue it', async () => {
  let onHeld = (): void => {};
  const held = new Promise<void>((resolve) => {
    onHeld = resolve;
  });
  const server = await serve({ silent: true, holds: [3_000_000], onHeld: () => onHeld() });
  const { child, exited } = start(server.url);
  await held;
  child.kill('SIGKILL');
  await exited;
  const output = JSON.parse(await start(server.url).exited);
  expect(output).toMatchObject({ result: 'failure', failureReason: 'fetch-error' });
  expect(server.uploads).toHaveLength(1);
});

it.each([
  // more than the buffers between the two can hold
  [
    'is sent by the next process if the upload resource is gone, and its end had not left',
    16_000_000,
    'success',
  ],
  ['is not sent again by the next process if that is gone, and all had left', 3_000_000, 'failure'],
])('%s', async (_name, bytes, result) => {
  let onHeld = (): void => {};
  const held = new Promise<void>((resolve) => {
    onHeld = resolve;
  });
  const server = await serve({ forgetful: true, holds: [3_000_000], onHeld: () => onHeld() });
  const { child, exited } = start(server.url, bytes);
  await held;
  child.kill('SIGKILL');
  await exited;
  const output = JSON.parse(await start(server.url, bytes).exited);
  const failureReason = result === 'success' ? '' : 'fetch-error';
  expect(output).toMatchObject({ result, failureReason });
  expect(server.uploads.map((upload) => upload.bytes.byteLength)).toEqual(
    result === 'success' ? [bytes] : [],
  );
});
