/** What a test needs and has to end. */
interface Part {
  remove?(): Promise<void>;
  stop?(): Promise<void>;
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
  for (const part of made) await (part.remove?.() ?? part.stop?.());
  throw failed.reason;
}
