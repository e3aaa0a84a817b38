import type { FaultGroup } from '../fault.ts';
import { answers } from './answers.ts';
import { connection, unreadable } from './connection.ts';
import { headers, redirects } from './headers.ts';
import { statuses } from './statuses.ts';
import { storage } from './storage.ts';
import { usersCode } from './users-code.ts';

export const groups: readonly FaultGroup[] = [
  connection,
  statuses,
  headers,
  redirects,
  unreadable,
  answers,
  storage,
  usersCode,
];
