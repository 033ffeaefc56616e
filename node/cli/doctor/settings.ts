/** The settings file: what is wrong with it, and what of it is hardly meant. */
import { nameOf } from '../../config/document.js';
import { messageOf } from '../../model/errors.js';
import { faultsIn } from '../output.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** Faults that are told; validate tells all. */
const mostFaults = 5;

export async function checkSettings({ file, configuration, settings, settingsError }: Subject, note: Note): Promise<void> {
  if (file === undefined) {
    note('ok', 'no settings file was named: only this host was looked at. Name it (psutil-agent doctor FILE) to have broker, folders, metrics and collector checked');
    return Promise.resolve();
  }
  if (settingsError !== undefined) {
    note('fault', messageOf(settingsError));
    for (const { message } of faultsIn(settingsError).slice(0, mostFaults)) note('fault', message);
    return Promise.resolve();
  }
  const entries = settings?.entries.length ?? 0;
  note('ok', `${nameOf(file)}: valid, ${entries === 1 ? 'one entry' : `${String(entries)} entries`}`);
  for (const { message } of configuration?.warnings ?? []) note('warning', message);
  return Promise.resolve();
}
