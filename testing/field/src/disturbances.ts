import type { FileSet, Files } from './files.ts';
import type { Wire } from './wire.ts';

export const disturbanceNames = ['left alone', 'restarted', 'cut', 'replaced'] as const;
export type DisturbanceName = (typeof disturbanceNames)[number];

/** What can be disturbed. */
export interface Disturbed {
  readonly wire: Wire;
  readonly files: Pick<Files, 'namesOf' | 'leastOf' | 'mark' | 'contentsOf' | 'replace'>;
  /** The program in front: killed, and started again. */
  readonly program: { kill(): Promise<void>; start(): Promise<void> };
}

interface Disturbance {
  readonly does: string;
  /** Where it happens, in parts of what is sent at least. */
  readonly at: readonly number[];
  readonly act: (disturbed: Disturbed, set: FileSet) => Promise<void> | void;
}

export const disturbances: Readonly<Record<DisturbanceName, Disturbance>> = {
  'left alone': { does: 'all at the same time, and nothing happens', at: [], act: () => {} },
  restarted: {
    does: 'killed in the middle, and started again',
    at: [0.5],
    async act({ wire, program }) {
      wire.goAway();
      await program.kill();
      await program.start();
      await wire.comeBack();
    },
  },
  cut: {
    does: 'all connections end after a quarter, a half and three quarters',
    at: [0.25, 0.5, 0.75],
    act: ({ wire }) => wire.cut(),
  },
  replaced: {
    does: 'the next version takes its place in the middle, and all connections end',
    at: [0.5],
    async act({ wire, files }, set) {
      await files.replace(set);
      wire.cut();
    },
  },
};
