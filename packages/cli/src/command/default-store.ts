import { homedir } from 'node:os';
import { join } from 'node:path';

/** The store of those who name none: where the system keeps an app's data of this user. */
export function defaultStore(): string {
  if (process.platform === 'win32') {
    return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'bgfetch');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'bgfetch');
  return join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'bgfetch');
}
