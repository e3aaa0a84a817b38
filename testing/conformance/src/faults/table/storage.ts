import type { Fault, FaultGroup } from '../fault.ts';

const onFullDisk = {
  node: { notApplicable: 'a full disk is what packages/node/test/storage/full-disk.test.ts has' },
} as const;
const notIndexedDb = {
  node: { notApplicable: 'the store is a directory that its engine has locked' },
} as const;

const noRoom = (
  [
    ['the first bytes', 'refuseFirstBytes'],
    ['bytes in the middle', 'refuseMiddleBytes'],
    ['the row of the checkpoint, once', 'refuseCheckpoint'],
  ] as const
).map(
  ([what, procedure]): Fault => ({
    name: `no room for ${what}`,
    expected: 'quota-exceeded',
    except: onFullDisk,
    procedure,
  }),
);

const refusedWrites = (
  [
    [
      'no room for anything, when it starts',
      'refuseStartForRoom',
      'refused: QuotaExceededError; then version 1',
    ],
    ['no write is accepted, when it starts', 'refuseStart', 'refused: StoreError; then version 1'],
    ['no room for anything, for a while', 'refuseAllForRoom', 'version 1'],
    ['no write is accepted, for a while', 'refuseAll', 'version 1'],
  ] as const
).map(
  ([name, procedure, expected]): Fault => ({
    name,
    procedure,
    expected,
    except: {
      node: {
        notApplicable:
          'a full and a read-only disk are what packages/node/test/storage/full-disk.test.ts has',
      },
    },
  }),
);

export const storage: FaultGroup = {
  title: 'Storage',
  faults: [
    {
      name: 'no room for downloadTotal',
      options: { downloadTotal: Number.MAX_SAFE_INTEGER },
      expected: 'refused: QuotaExceededError',
      except: { webkit: { notApplicable: 'WebKitGTK does not tell its quota' } },
    },
    ...noRoom,
    ...refusedWrites,
    {
      name: 'no room for the settled result, once',
      expected: 'version 1',
      except: onFullDisk,
      procedure: 'refuseSettling',
    },
    {
      name: 'the database is blocked by another tab’s upgrade, which is given up',
      expected: 'version 1',
      except: notIndexedDb,
      procedure: 'blockDatabase',
    },
    {
      name: 'the database is deleted while it is used',
      expected: 'forgotten; in the same registration: version 1',
      except: notIndexedDb,
      procedure: 'deleteDatabase',
    },
    {
      name: 'the database is deleted while a fetch is started',
      expected: 'remembered: success',
      except: notIndexedDb,
      procedure: 'deleteDatabaseAtStart',
    },
  ],
};
