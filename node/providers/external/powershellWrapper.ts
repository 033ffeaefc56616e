/** What the PowerShell session runs around a command: 5.1's syntax, for Windows PowerShell. */

/** Objects of a command's output that are looked at; the rest is not waited for. */
const mostObjects = 1000;
/** Characters of the JSON that an output may make. */
export const mostCharacters = 256 * 1024;

/**
 * Defines Invoke-PsutilAgentCommand, which runs a command in a scope of its own and writes one line: a mark, and base64 of JSON
 * in UTF-8, so that no code page of a console changes it. `value` is what the command gave (an object as its properties, three
 * levels deep), `error` the reason why there is none.
 */
export const definition = [
  '$ProgressPreference = "SilentlyContinue"; $ErrorView = "NormalView";',
  'function global:Invoke-PsutilAgentCommand {',
  'param([string] $Mark, [string] $Command)',
  '$answer = @{};',
  'try {',
  '$text = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Command));',
  `$given = @(& ([scriptblock]::Create($text)) 2>&1 3>$null 4>$null 5>$null 6>$null | Select-Object -First ${String(mostObjects + 1)});`,
  '$errors = @($given | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] });',
  '$values = @($given | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] });',
  `if ($values.Count -gt ${String(mostObjects)}) { throw "the command gave more than ${String(mostObjects)} objects" }`,
  'if ($values.Count -eq 0) { if ($errors.Count -gt 0) { throw $errors[0] }; throw "the command gave nothing" }',
  '$value = if ($values.Count -eq 1) { $values[0] } else { , $values };',
  '$answer["value"] = $value',
  '} catch { $answer = @{ error = "$_" } };',
  'try { $json = ConvertTo-Json -InputObject $answer -Depth 4 -Compress -WarningAction SilentlyContinue }',
  'catch { $json = ConvertTo-Json -InputObject @{ error = "the output makes no JSON: $_" } -Compress };',
  `if ($json.Length -gt ${String(mostCharacters)}) { $json = ConvertTo-Json -Compress -InputObject @{ error = "the output makes $($json.Length) characters of JSON, at most ${String(mostCharacters)} are taken; select the properties that are needed" } };`,
  '[System.Console]::Out.WriteLine(" " + $Mark + [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($json)))',
  '}',
].join(' ');

/** One line that runs a command. The mark is of letters and digits. */
export function invocation(mark: string, command: string): string {
  return `Invoke-PsutilAgentCommand ${mark} ${Buffer.from(command, 'utf8').toString('base64')}`;
}

/** What a command gave. */
export type Answer = { readonly value: unknown } | { readonly error: string };

/** The answer in what the session wrote; undefined where there is none. */
export function answerIn(output: string, mark: string): Answer | undefined {
  // Where no terminal's codes stand before it, node-powershell has cut off the blank.
  const [, base64] = new RegExp(`(?:^|[ \\r\\n])${mark}([A-Za-z0-9+/=]+)`).exec(output) ?? [];
  if (base64 === undefined) return undefined;
  const parsed: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if ('error' in parsed && typeof parsed.error === 'string') return { error: parsed.error };
  return 'value' in parsed ? { value: parsed.value } : undefined;
}
