// SPDX-License-Identifier: GPL-2.0-only
/** Readers of the formats that have no schema, stricter than those that people use. They throw on anything else. */
import { validateXML } from 'xmllint-wasm';

/** A command of a GitHub workflow. */
export interface Command {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly message: string;
}

const COMMAND =
  /^::(?<name>error|warning|notice) (?<list>\w+=[^:,]+(?:,\w+=[^:,]+)*)::(?<message>.*)$/u;

/** The commands of a log that has nothing else. */
export function readGithub(text: string): readonly Command[] {
  return linesOf(text).map((line) => {
    const { name, list, message } = COMMAND.exec(line)?.groups ?? {};
    if (name === undefined || list === undefined || message === undefined)
      throw new Error(`no command: ${line}`);
    const parameters = list.split(',').map((each) => {
      const at = each.indexOf('=');
      return [each.slice(0, at), unescaped(each.slice(at + 1))] as const;
    });
    return { name, parameters: Object.fromEntries(parameters), message: unescaped(message) };
  });
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['%25', '%'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
]);

function unescaped(text: string): string {
  return text.replaceAll(/%../gu, (escape) => {
    const character = ESCAPES.get(escape);
    if (character === undefined) throw new Error(`no escape: ${escape}`);
    return character;
  });
}

/** A test of a KTAP log. */
export interface KtapTest {
  readonly ok: boolean;
  readonly description: string;
  readonly directive: string;
  readonly data: string;
  /** Its diagnostic lines without their sign. */
  readonly diagnostics: readonly string[];
}

const RESULT =
  /^(?<result>ok|not ok) (?<number>\d+)(?: (?<description>[^#\n]*[^# \n]))?(?: # (?:(?<directive>SKIP|ERROR) )?(?<data>.+))?$/u;

/** The tests, and the diagnostic lines behind the last one. */
export function readKtap(text: string): {
  readonly tests: readonly KtapTest[];
  readonly rest: readonly string[];
} {
  const [version, plan, ...lines] = linesOf(text);
  if (version !== 'KTAP version 1') throw new Error(`version ${version}`);
  const tests: KtapTest[] = [];
  let diagnostics: string[] = [];
  for (const line of lines) {
    if (line.startsWith('# ')) {
      diagnostics.push(line.slice(2));
      continue;
    }
    const { result, number, description, directive, data } = RESULT.exec(line)?.groups ?? {};
    if (result === undefined || number !== String(tests.length + 1))
      throw new Error(`no result: ${line}`);
    tests.push({
      ok: result === 'ok',
      description: description ?? '',
      directive: directive ?? '',
      data: data ?? '',
      diagnostics,
    });
    diagnostics = [];
  }
  if (plan !== `1..${tests.length}`) throw new Error(`plan ${plan} of ${tests.length}`);
  return { tests, rest: diagnostics };
}

/** The lines of a text of which each ends with a line end. */
function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  return text.slice(0, -1).split('\n');
}

/** What an XPath expression selects, as libxml2 reads the document. */
export async function xpath(xml: string, expression: string): Promise<string> {
  const { normalized, rawOutput } = await validateXML({
    xml,
    normalization: 'format',
    modifyArguments: () => ['--xpath', expression, 'file_0.xml'],
  });
  if (rawOutput !== '') throw new Error(rawOutput);
  // The program ends its output with a line end of its own.
  return normalized.replace(/\n$/u, '');
}

/** What tests read of a result in SARIF. */
export interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string; readonly markdown: string };
  readonly locations: readonly SarifLocation[];
  readonly relatedLocations?: readonly SarifLocation[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly properties: { readonly trace?: string };
}

interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
    readonly region?: { readonly startLine: number };
  };
}

/** The only run of a log. */
export function readSarif(text: string): {
  readonly rules: readonly { readonly id: string }[];
  readonly results: readonly SarifResult[];
} {
  const { runs }: { runs: readonly SarifRun[] } = JSON.parse(text);
  const [run] = runs;
  if (run === undefined || runs.length !== 1) throw new Error('not one run');
  return { rules: run.tool.driver.rules, results: run.results };
}

interface SarifRun {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly results: readonly SarifResult[];
}

/** The last block of code in a formatted message, with its braces as they were. */
export function lastBlock(markdown: string): string {
  const block = /(?:^|\n)(?<fence>`{3,})text\n(?<text>(?:(?!\k<fence>).)*)\k<fence>$/su.exec(
    markdown,
  );
  const text = block?.groups?.['text'];
  if (text === undefined) throw new Error(`no block in ${markdown}`);
  return text.replaceAll('{{', '{').replaceAll('}}', '}');
}
