/** What a test needs and has to end. */
interface Part {
  remove?(): Promise<void>;
  stop?(): Promise<void>;
  close?(): Promise<void>;
}

/**
 * Waits for parts that are made side by side. Where one cannot be made, ends the others, whose programs would keep the test's
 * process, and throws why.
 */
export async function allParts<T extends readonly Part[]>(making: { readonly [Key in keyof T]: Promise<T[Key]> }): Promise<T> {
  const results = await Promise.allSettled<Part>(making);
  const failed = results.find((result) => result.status === 'rejected');
  const made = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  if (failed === undefined) return made as unknown as T;
  await endParts(...made).catch(() => undefined);
  throw failed.reason;
}

/** Ends parts, one after the other, those that were never made left out. One that does not end keeps none of the others; then throws why it did not. */
export async function endParts(...parts: readonly (Part | undefined)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const part of parts) {
    try {
      await (part?.remove?.() ?? part?.stop?.() ?? part?.close?.());
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
