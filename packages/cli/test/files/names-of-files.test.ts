import { join } from 'node:path';
import { type FaultServer, fillBody, startFaultServer } from '@background-fetch/testing-fault-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeSpecial } from '../../../common/test/special-files.ts';
import { type BackgroundFetchRecord, saveRecord } from '../../../node/src/index.ts';
import { useEngines } from '../../../node/test/engine/given.ts';
import { finishPlacing, placeFile } from '../../src/daemon/place-files.ts';
import { realFileSystem, systemError } from './faulty-system.ts';

const system = await vi.hoisted(async () => {
  const { FaultySystem } = await import('./faulty-system.ts');
  return new FaultySystem();
});
vi.mock('node:fs/promises', async (original) => system.wrap(await original()));

const { lstat, readdir, readFile, rename, rm, utimes, writeFile } = await realFileSystem();
const engines = useEngines();
let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());

function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  fillBody(bytes, 'whole', 1, 0);
  return bytes;
}

/** A way to put whole bytes under the name `file` in a directory; it can be called again, as after a death. */
interface Caller {
  readonly whole: Buffer;
  /** Whether a file that it has put there before it died is what it is asked for, or in the way. */
  readonly knowsItsOwn: boolean;
  put(directory: string, overwrite: boolean): Promise<void>;
}

/** Ends the handler of an event; until then its records are there. */
let endHandler = (): void => {};
afterEach(() => endHandler());

/** What a handler of the event does with a body of so many bytes. */
async function givenRecord(size: number): Promise<Caller> {
  const engine = await engines.open({ directory: await engines.directory() });
  const record = new Promise<BackgroundFetchRecord>((resolve) => {
    engine.addEventListener('backgroundfetchsuccess', (event) => {
      event.waitUntil(
        new Promise<void>((end) => {
          endHandler = end;
        }),
      );
      void event.registration.matchAll().then(([first]) => first && resolve(first));
    });
  });
  await engine.backgroundFetch.fetch('one', `${server.origin}/r/whole?size=${size}`);
  const saved = await record;
  return {
    whole: bytesOf(size),
    knowsItsOwn: false,
    put: (directory, overwrite) => saveRecord(saved, join(directory, 'file'), { overwrite }),
  };
}

/** What the daemon of the command does with a file that it has received. */
async function givenReceivedFile(): Promise<Caller> {
  const whole = bytesOf(300_000);
  const source = join(await engines.directory(), '0');
  const file = { source, name: 'file', mayBeNumbered: false, temporaryName: '.bgfetch-temporary' };
  return {
    whole,
    knowsItsOwn: true,
    async put(directory, overwrite) {
      // after a death it is still there, and may be what has the name
      await writeFile(source, whole, { flag: 'wx' }).catch(() => {});
      await placeFile(file, directory, overwrite);
      await finishPlacing([file], directory);
    },
  };
}

const callers = [
  ['saveRecord(), of a body in a file', () => givenRecord(300_000)],
  ['saveRecord(), of a body in the database', () => givenRecord(1000)],
  ['the daemon', givenReceivedFile],
] as const;

/** What systems and their file systems say that have no hard links, at all or between these two places. */
const codes = [
  'EACCES',
  'EINVAL',
  'EISDIR',
  'EMLINK',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
  'EXDEV',
] as const;

describe.each(callers)('%s', (_, given) => {
  let caller: Caller;
  let directory: string;
  const file = (): string => join(directory, 'file');

  beforeEach(async () => {
    caller = await given();
    await useNewDirectory();
  });

  async function useNewDirectory(): Promise<void> {
    directory = await engines.directory(process.env.NAMES_IN);
    system.watch(directory);
  }

  /** Resolves with how it ended. */
  async function put(overwrite = false): Promise<'put' | 'refused'> {
    return await caller.put(directory, overwrite).then(
      () => 'put',
      (error) => {
        expect(error).toMatchObject({ name: 'FileExistsError', code: 'EEXIST' });
        return 'refused';
      },
    );
  }

  async function expectWhole(): Promise<void> {
    expect(caller.whole.equals(await readFile(file()))).toBe(true);
    expect(await readdir(directory)).toEqual(['file']);
  }

  it.each(codes)('needs no hard link where the system says %s', async (code) => {
    for (const overwrite of [false, true]) {
      await useNewDirectory();
      system.linkFailure = code;
      expect(await put(overwrite)).toBe('put');
      await expectWhole();
      await writeFile(file(), 'precious');
      expect(await put()).toBe('refused');
      expect(await readFile(file(), 'utf8')).toBe('precious');
      expect(await put(true)).toBe('put');
      await expectWhole();
    }
  });

  it('fails as the system does where that is not about hard links', async () => {
    system.linkFailure = 'EIO';
    await expect(caller.put(directory, false)).rejects.toThrow(/EIO/);
    expect(await readdir(directory)).toEqual([]);
  });

  describe.each([
    ['with hard links', null],
    ['without hard links', 'EPERM'],
    ['on another file system', 'EXDEV'],
  ])('%s', (_system, linkFailure) => {
    /** Calls `meet` for each moment at which another program could do something, until there are no more. */
    async function atEachCall(meet: (moment: number) => Promise<boolean>): Promise<void> {
      let moment = 0;
      do {
        await useNewDirectory();
        system.linkFailure = linkFailure;
      } while (await meet(moment++));
      expect(moment).toBeGreaterThan(2);
    }

    it('never replaces a file that another program makes meanwhile', async () => {
      await atEachCall(async (moment) => {
        let made: boolean | undefined;
        system.before = async ({ number }) => {
          if (number !== moment) return;
          const making = writeFile(file(), 'precious', { flag: 'wx' });
          made = await making.then(
            () => true,
            () => false,
          );
        };
        const outcome = await put();
        if (made) expect(await readFile(file(), 'utf8')).toBe('precious');
        else await expectWhole();
        expect(outcome).toBe(made ? 'refused' : 'put');
        expect(await readdir(directory)).toEqual(['file']);
        return made !== undefined;
      });
    });

    it('leaves no part of a file when it dies, and nothing else when it is called again', async () => {
      for (const overwrite of [false, true]) {
        await atEachCall(async (moment) => {
          let died = false;
          system.before = ({ number }) => {
            if (number < moment) return;
            died = true;
            throw systemError('EIO', 'a death');
          };
          await put(overwrite).catch(() => {});
          const there = await readFile(file()).catch(() => null);
          if (there?.length) expect(caller.whole.equals(there)).toBe(true);
          system.before = () => {};
          const isInTheWay = there?.length && !overwrite && !caller.knowsItsOwn;
          expect(await put(overwrite)).toBe(isInTheWay ? 'refused' : 'put');
          await expectWhole();
          return died;
        });
      }
    });

    it('replaces no pipe that comes while it copies', async ({ skip }) => {
      let impossible: string | null = null;
      let copies = false;
      system.before = async ({ name }) => {
        if ((name !== 'copyFile' && name !== 'writeFile') || copies) return;
        copies = true;
        impossible = await makeSpecial('pipe', file());
      };
      system.linkFailure = linkFailure;
      const outcome = await put(true);
      skip(impossible !== null, impossible ?? '');
      if (!copies) return expect(outcome).toBe('put');
      expect(outcome).toBe('refused');
      expect((await lstat(file())).isFIFO()).toBe(true);
      expect(await readdir(directory)).toEqual(['file']);
    });
  });

  it('gives way to a file that replaces the claim of its name, where there are no hard links', async () => {
    system.linkFailure = 'EPERM';
    let claimed = false;
    let replaced = false;
    system.before = async ({ name, path }) => {
      if (path !== file() || replaced) return;
      if (claimed) {
        replaced = true;
        await writeFile(`${directory}-other`, 'precious');
        await rename(`${directory}-other`, file());
      }
      claimed ||= name === 'open';
    };
    expect([await put(), claimed]).toEqual(['refused', true]);
    expect(await readFile(file(), 'utf8')).toBe('precious');
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('takes no empty file of the user for a claim that a death left behind', async () => {
    system.linkFailure = 'EPERM';
    await writeFile(file(), '');
    const before = new Date(Date.now() - 10_000);
    await utimes(file(), before, before);
    expect(await put()).toBe('refused');
    system.before = ({ name }) => {
      if (name === 'open' || name === 'rename') throw systemError('EIO', 'a death');
    };
    await put().catch(() => {});
    system.before = () => {};
    expect(await put()).toBe('refused');
    expect((await lstat(file())).size).toBe(0);
    await rm(file());
    expect(await put()).toBe('put');
    await expectWhole();
  });
});
