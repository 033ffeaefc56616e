/**
 * The names of objects and counters in English and in the language of this Windows, which the registry numbers alike. Names
 * are not unique: in either language several numbers may have one.
 */
export class CounterNames {
  readonly #english: Names;
  readonly #local: Names;

  /** Both lists hold a number, its name, the next number, and so on. */
  constructor(english: readonly string[], local: readonly string[]) {
    this.#english = new Names(english);
    this.#local = new Names(local);
  }

  /** What a name of this Windows may be in English; itself where the registry does not have it. */
  englishOf(local: string): string[] {
    return translated(this.#local, this.#english, local);
  }

  /** What an English name may be in the language of this Windows. */
  localOf(english: string): string[] {
    return translated(this.#english, this.#local, english);
  }
}

class Names {
  readonly byNumber = new Map<string, string>();
  readonly numbers = new Map<string, string[]>();

  constructor(list: readonly string[]) {
    let number: string | undefined;
    for (const text of list) {
      if (number === undefined) {
        number = text;
        continue;
      }
      this.byNumber.set(number, text);
      const key = text.toLowerCase();
      this.numbers.set(key, [...(this.numbers.get(key) ?? []), number]);
      number = undefined;
    }
  }
}

function translated(from: Names, to: Names, name: string): string[] {
  const found = (from.numbers.get(name.toLowerCase()) ?? []).flatMap((number) => to.byNumber.get(number) ?? []);
  return found.length === 0 ? [name] : [...new Set(found)];
}
