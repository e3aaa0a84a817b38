import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type CompiledProgram, compileProgram } from '@background-fetch/testing-command-line/compile-program';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StoreInUseError } from '../../src/index.ts';
import { useFaultServer } from '../network/given.ts';
import { useEngines } from './given.ts';

const server = useFaultServer();
const engines = useEngines();
let program: CompiledProgram;
beforeAll(async () => {
  program = await compileProgram(new URL('engine-process.ts', import.meta.url));
});
afterAll(() => program[Symbol.asyncDispose]());

interface Said {
  readonly opened?: number;
  readonly started?: boolean;
  readonly handled?: string;
  readonly refused?: string;
  readonly message?: string;
  readonly pid?: number;
}

class EngineProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [program.path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.pipe(process.stderr);
    this.#exited = once(this.child, 'exit');
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line it says; undefined once it has ended. */
  async next(): Promise<Said | undefined> {
    const { done, value } = await this.#lines.next();
    return done ? undefined : (JSON.parse(value) as Said);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await this.#exited;
  }
}

const running: EngineProcess[] = [];
function run(...args: string[]): EngineProcess {
  const started = new EngineProcess(...args);
  running.push(started);
  return started;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.kill()));
});

describe('two processes with one store', () => {
  it('never have two engines: the second is refused with the pid of the first', async () => {
    const directory = await engines.directory();
    const first = run(directory);
    expect(await first.next()).toEqual({ opened: first.child.pid });
    const refused = await run(directory).next();
    expect(refused).toMatchObject({ refused: 'StoreInUseError', pid: first.child.pid });
    expect(refused?.message).toContain(`process ${first.child.pid}`);
    await first.end();
    expect(await run(directory).next()).toHaveProperty('opened');
  });

  it('hand over when the first is killed: the second goes on, and each event is handled once', async () => {
    const directory = await engines.directory();
    const url = `${server().origin}/r/taken-over?size=3000000&attempts=stall:1000000|ok`;
    const first = run(directory, 'no', url);
    expect(await first.next()).toHaveProperty('opened');
    expect(await first.next()).toEqual({ started: true });
    const second = run(directory, 'wait');
    await server().log.waitFor(({ key }) => key === 'taken-over');
    await first.kill();
    expect(await second.next()).toEqual({ opened: second.child.pid });
    expect(await second.next()).toEqual({ handled: 'shared' });
    await second.end();
    const third = run(directory);
    expect(await third.next()).toHaveProperty('opened');
    await third.end();
    expect(await third.next()).toBeUndefined();
  });
});

describe('one process', () => {
  it('can’t open a store twice, and can again after close()', async () => {
    const directory = await engines.directory();
    const first = await engines.open({ directory });
    const refused = engines.open({ directory });
    await expect(refused).rejects.toBeInstanceOf(StoreInUseError);
    await expect(refused).rejects.toMatchObject({ pid: process.pid });
    const waiting = engines.open({ directory, wait: true });
    await first.close();
    await (await waiting).close();
  });

  it('gives up waiting for a store with its signal’s reason', async () => {
    const directory = await engines.directory();
    await engines.open({ directory });
    const controller = new AbortController();
    const waiting = engines.open({ directory, wait: true, signal: controller.signal });
    const reason = new Error('no longer needed');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('ends by itself when its engine has nothing more to do', async () => {
    const directory = await engines.directory();
    const source = `
      const { openBackgroundFetch } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)});
      const engine = await openBackgroundFetch({ directory: ${JSON.stringify(directory)} });
      engine.onbackgroundfetchsuccess = () => console.log('handled');
      await engine.backgroundFetch.fetch('a', ${JSON.stringify(`${server().origin}/r/alone?size=100000`)});
      await engine.backgroundFetch.fetch('b', ${JSON.stringify(`${server().origin}/r/unheard?size=10&status=404`)});`;
    const child = spawn(process.execPath, [
      '--conditions=source',
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      source,
    ]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const [code] = await once(child, 'close');
    expect({ code, output }).toEqual({ code: 0, output: 'handled\n' });
  });
});
