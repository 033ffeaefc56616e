import { messageOf } from '../../model/errors.js';
import type { ChildAnswer, Question } from './systeminformation.js';

/** Characters of JSON that an answer may have. */
const mostCharacters = 1024 * 1024;

/** Answers the questions of the process that started this one, until that one ends. */
export async function serveSystemInformation(): Promise<void> {
  const { default: functions } = await import('systeminformation') as unknown as { default: Readonly<Record<string, (of?: string) => unknown>> };
  const answer = async ({ id, name, of }: Question): Promise<ChildAnswer> => {
    try {
      // The catalog has no name that the package has not.
      const result = await functions[name]?.(of);
      const value = JSON.stringify(result ?? null);
      if (value.length > mostCharacters) return { id, error: `its result makes ${String(value.length)} characters, at most ${String(mostCharacters)} are taken` };
      return { id, value };
    } catch (error) {
      return { id, error: messageOf(error) };
    }
  };
  process.on('message', (question: Question) => { void answer(question).then((reply) => process.send?.(reply)); });
  await new Promise((resolve) => process.on('disconnect', resolve));
}
