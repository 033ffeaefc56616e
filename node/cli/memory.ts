import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at the 2 MB it starts with. It would grow to 32 MB in the first busy minute, with a backlog for
 * instance, and never shrink; a collector's objects are few and die young at any size.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
