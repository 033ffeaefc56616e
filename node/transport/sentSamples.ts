import { Deque } from './deque.js';
import type { InFlight } from './unconfirmedReader.js';

/** What was sent on one channel and is not answered, by delivery tag: the broker counts from 1 on, and so does this. */
export class SentSamples {
  /** The first has the tag `#firstTag`. Answered ones leave when all before them have. */
  readonly #sent = new Deque<InFlight>();
  #firstTag = 1;
  #unanswered = 0;

  /** Samples whose outcome is not known. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** The oldest of them. */
  get oldest(): InFlight | undefined {
    return this.#sent.at(0);
  }

  /** A sample was sent. */
  add(sample: InFlight): void {
    this.#sent.push(sample);
    this.#unanswered += 1;
  }

  /** The broker gave a message back; the sample, unless it is none of these. */
  returned(id: unknown): InFlight | undefined {
    for (const sample of this.#sent) {
      if (sample.answered || sample.returned || sample.envelope.id !== id) continue;
      sample.returned = true;
      return sample;
    }
    return undefined;
  }

  /**
   * The broker answered a tag; `multiple`: and all before it, 0 being all. Calls back with each sample that had no answer
   * yet. False: it was not sent.
   */
  answer(tag: number, multiple: boolean, each: (sample: InFlight) => void): boolean {
    const last = this.#firstTag + this.#sent.length - 1;
    if (!Number.isSafeInteger(tag) || tag < 0 || tag > last || (tag === 0 && !multiple)) return false;
    const place = (tag === 0 ? last : tag) - this.#firstTag;
    for (let index = multiple ? 0 : place; index <= place; index += 1) {
      const sample = this.#sent.at(index);
      if (sample === undefined || sample.answered) continue;
      sample.answered = true;
      this.#unanswered -= 1;
      each(sample);
    }
    while (this.#sent.at(0)?.answered === true) {
      this.#sent.shift();
      this.#firstTag += 1;
    }
    return true;
  }
}
