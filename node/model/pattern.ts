/**
 * Whether a text as a whole matches a pattern in which `*` stands for any characters and `?` for one. Takes time in
 * proportion to both lengths at most: texts such as command lines are anybody's to choose, which a regular expression of
 * several stars would be stuck on.
 */
export function matches(pattern: string, text: string): boolean {
  let [at, from] = [0, 0];
  let [star, resume] = [-1, 0];
  while (from < text.length) {
    if (at < pattern.length && (pattern[at] === '?' || (pattern[at] === text[from] && pattern[at] !== '*'))) {
      at += 1;
      from += 1;
    } else if (pattern[at] === '*') {
      [star, resume] = [at, from];
      at += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      from = resume += 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
