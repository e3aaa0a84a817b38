import type { CatalogueItem } from '../catalogue.ts';
import type { Outcome } from '../kept.ts';
import type { ItemState, Transfer } from './downloads.ts';
import { formatBytes, formatDuration } from './format.ts';

export interface StateDescription {
  /** For style sheets. */
  readonly name: 'absent' | 'failed' | 'active' | 'paused' | 'settling' | 'kept';
  readonly label: string;
  readonly detail: string;
  /** 0 to 1. */
  readonly fraction: number;
  /** For people who listen: changes only when something begins or ends. */
  readonly told: string;
}

const reasons: Record<Outcome['failureReason'], string> = {
  '': '',
  aborted: 'Aborted',
  'bad-status': 'The server refused a request (bad-status)',
  'fetch-error': 'A request failed (fetch-error)',
  'quota-exceeded': 'No space left (quota-exceeded)',
  'download-total-exceeded': 'More arrived than announced (download-total-exceeded)',
};

export function isBusy(state: ItemState): boolean {
  return state.kind === 'active' || state.kind === 'settling';
}

export function describeState(item: CatalogueItem, state: ItemState): StateDescription {
  switch (state.kind) {
    case 'absent':
      return state.outcome ? describeFailure(state.outcome) : quiet('absent', '', 'not downloaded');
    case 'kept':
      return quiet('kept', 'On this device', 'downloaded, works offline');
    case 'settling': {
      const { result, downloaded } = state.transfer.registration;
      const detail = `${formatBytes(downloaded)} · result: ${result}`;
      return { name: 'settling', label: 'Putting away', detail, fraction: 1, told: 'download ended' };
    }
    case 'active':
      return describeTransfer(item, state.transfer, state.paused);
  }
}

function quiet(name: 'absent' | 'kept', label: string, told: string): StateDescription {
  return { name, label, detail: '', fraction: 0, told };
}

function describeFailure({ failureReason, kept, requests, problem }: Outcome): StateDescription {
  const label = reasons[failureReason] || 'Downloaded, but not kept';
  const details = [requests > 0 ? `${kept} of ${requests} files kept` : '', problem ?? ''];
  return { name: 'failed', label, detail: details.filter(Boolean).join('. '), fraction: 0, told: label };
}

function describeTransfer(
  item: CatalogueItem,
  { registration, rate }: Transfer,
  paused: boolean,
): StateDescription {
  const { downloaded, downloadTotal } = registration;
  const fraction = downloadTotal > 0 ? downloaded / downloadTotal : 0;
  const bytes = `${formatBytes(downloaded)} of ${formatBytes(downloadTotal)}`;
  if (paused) return { name: 'paused', label: 'Paused', detail: bytes, fraction, told: 'paused' };
  const speed = rate.perSecond;
  const remaining =
    speed > 0
      ? ` · ${formatBytes(speed)}/s · ${formatDuration((downloadTotal - downloaded) / speed)} left`
      : '';
  const percent = `${Math.floor(fraction * 100)} %`;
  const told = `downloading ${item.files.length === 1 ? 'one file' : `${item.files.length} files`}`;
  return { name: 'active', label: percent, detail: bytes + remaining, fraction, told };
}
