import type { TestScope } from '../../support/scope.ts';
import type { Outcome } from '../download.ts';
import { refusedWritesProcedures } from './refused-writes.ts';
import { storageProcedures } from './storage.ts';
import { usersCodeProcedures } from './users-code.ts';

export const procedures = {
  ...storageProcedures,
  ...refusedWritesProcedures,
  ...usersCodeProcedures,
} satisfies Record<string, (scope: TestScope) => Promise<Outcome>>;

export type ProcedureName = keyof typeof procedures;
