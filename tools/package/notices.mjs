// THIRD-PARTY-NOTICES.txt: every component with its licence; a text that several share stands once.

/** The page, from components of components.mjs. */
export function notices(components) {
  const groups = new Map();
  for (const component of components) groups.set(component.text, [...(groups.get(component.text) ?? []), component]);
  const lines = ['PsutilAgent is licensed under Apache-2.0 (see LICENSE). This package also holds work of others:', ''];
  for (const component of components) lines.push(`  ${titleOf(component)} (${component.license})`);
  for (const [text, owners] of groups) lines.push('', '='.repeat(78), ...owners.map(titleOf), '='.repeat(78), '', text);
  return `${lines.join('\n')}\n`;
}

function titleOf({ name, version }) {
  return version === undefined ? name : `${name} ${version}`;
}
