/** HTML from data: the only way by which text gets into a page. */
import { display } from '../model/display.js';

/** Markup that is safe as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Content = Html | string | number | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

function render(content: Content): string {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return (content as readonly Content[]).map(render).join('');
  return escaped(String((content as string | number | undefined) ?? ''));
}

/** A template of markup; whatever is put in that is not markup itself is text. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.map((part, at) => part + (at < contents.length ? render(contents[at]) : '')).join(''));
}

export const none = new Html('');

/** Text from outside: what steers a reader shown as what it is, secrets masked, at most so many characters. */
export const outside = (text: string, limit = 300): string => display(text, limit);
