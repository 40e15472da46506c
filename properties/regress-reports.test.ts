// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes in every format: each is what its schema or reader takes, and carries the trace. */
import { readFileSync } from 'node:fs';

import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';

import type { RegressReport } from '../src/report/change.ts';
import { regressGithub } from '../src/report/regress-github.ts';
import { regressJson } from '../src/report/regress-json.ts';
import { regressJunit } from '../src/report/regress-junit.ts';
import { regressKtap } from '../src/report/regress-ktap.ts';
import { regressSarif } from '../src/report/regress-sarif.ts';
import { regressText } from '../src/report/regress-text.ts';
import { formatTrace } from '../src/trace/format.ts';
import { parseTrace } from '../src/trace/parse.ts';
import { anyText } from './any-text.ts';
import { EVERY, EVIDENCE, NASTY, reportOf, TOUCHED, TRACE, written } from './regress-examples.ts';
import { lastBlock, readGithub, readKtap, readSarif, xpath } from './report-readers.ts';

const every = Object.values(EVERY);
const all: RegressReport = { ...reportOf(...every), firstBad: EVERY.broken.name };
const nasty: RegressReport = {
  ...reportOf(...every.map((change) => written(change, NASTY))),
  subject: NASTY,
  seed: NASTY,
  budget: NASTY,
  firstBad: NASTY,
};
const SEED = { seed: 1 };
const only = reportOf(EVERY.broken);
const reports = [
  ['with every verdict', all],
  ['with texts that no format likes', nasty],
  ['without a change', reportOf()],
] as const;
/** With any text wherever somebody else may have written it. */
const anyReport = anyText().map((text) =>
  reportOf(...every.map((change) => written(change, text))),
);
/** What no log may have: control characters but line end and tab, what turns text around, half a pair. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|\p{Bidi_Control}|\p{Cs}|[\ufffe\uffff]/u;
const PRINTED = { regressText, regressJunit, regressGithub, regressKtap };

function complaints(validate: ValidateFunction, text: string): ValidateFunction['errors'] {
  validate(JSON.parse(text));
  return validate.errors;
}

/** What stands behind the last empty line. */
function lastPart(text: string): string {
  return text.slice(text.lastIndexOf('\n\n') + 2);
}

test('the trace of the examples is as bad as a trace may be, and still one', () => {
  expect(formatTrace(parseTrace(TRACE, 'TRACE').trace)).toBe(TRACE);
});

describe.each(Object.entries(PRINTED))('%s', (_, write) => {
  test.each(reports)('writes no control character into a report %s', (_name, report) => {
    expect(write(report)).not.toMatch(UNPRINTABLE);
  });

  test('writes none for any text', () => {
    fc.assert(
      fc.property(anyReport, (report) => !UNPRINTABLE.test(write(report))),
      SEED,
    );
  });

  test('writes the same for the same report', () => {
    expect(write(all)).toBe(write(structuredClone(all)));
  });
});

describe('the JSON document', () => {
  const schema: object = JSON.parse(readFileSync('docs/regress.schema.json', 'utf8'));
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

  test.each(reports)('is what its schema describes, %s', (_, report) => {
    expect(complaints(validate, regressJson(report))).toBeNull();
  });

  test('is the report itself', () => {
    const { format, ...fields } = JSON.parse(regressJson(nasty));
    expect(format).toBe('msicheck regress 1');
    const given: unknown = JSON.parse(JSON.stringify(nasty, (_, value: unknown) => value ?? null));
    expect(fields).toEqual(given);
    expect(fields.changes[2].evidence.trace).toBe(TRACE);
  });

  test('has no field that the schema does not know, and lacks none', () => {
    const document: object = JSON.parse(regressJson(all));
    expect(validate({ ...document, more: 1 })).toBe(false);
    for (const field of Object.keys(document))
      expect(validate({ ...document, [field]: undefined })).toBe(false);
    const change: object = JSON.parse(regressJson(only)).changes[0];
    expect(validate({ ...document, changes: [{ ...change, more: 1 }] })).toBe(false);
    expect(validate({ ...document, changes: [{ ...change, verdict: 'good' }] })).toBe(false);
  });
});

describe('the JUnit document', () => {
  const schema = readFileSync('properties/schemas/jenkins-junit.xsd', 'utf8');
  const objections = async (...documents: readonly string[]): Promise<readonly unknown[]> => {
    const xml = documents.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
    return (await validateXML({ xml, schema })).errors;
  };

  test.each(reports)('is what the schema of Jenkins describes, %s', async (_, report) => {
    expect(await objections(regressJunit(report))).toEqual([]);
  });

  test('is so for any text', async () => {
    const documents = fc.sample(anyReport, { ...SEED, numRuns: 100 }).map(regressJunit);
    expect(await objections(...documents)).toEqual([]);
  });

  test('counts what is in it, and times are seconds', async () => {
    const totals = (['tests', 'failures', 'errors'] as const).map(
      (name) => `/testsuites/@${name}, ' ', //testsuite/@${name}`,
    );
    const counts = ['testcase', 'failure', 'error', 'skipped'].map((name) => `count(//${name})`);
    const single = ['//testsuite/@skipped', '//testcase[5]/failure/@type', '//testcase[3]/@time'];
    const parts = [...totals, ...counts, ...single].join(", ' ', ");
    expect(await xpath(regressJunit(all), `concat(${parts})`)).toBe(
      '8 8 3 3 2 2 8 3 2 2 2 unreached 2.500',
    );
  });

  test('gives back the trace and the texts', async () => {
    const failure = await xpath(regressJunit(all), 'string(//testcase[3]/failure)');
    expect(lastPart(failure)).toBe(TRACE);
    expect(failure).toContain(EVIDENCE.detail);
    const title = 'a"b\'c<d>&amp; ]]>\nü\t{x}';
    const xml = regressJunit(reportOf({ ...EVERY.broken, name: 'n', title }));
    expect(await xpath(xml, 'string(//testcase/@name)')).toBe(`n: ${title}`);
  });
});

describe('the SARIF log', () => {
  // Nothing in it tells draft 4 of JSON Schema, which it names, from draft 7. One pattern is not Unicode.
  const { $schema: _schema, id: _id, ...rest } = sarifSchema;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  const validate = ajv.compile(rest);

  test.each(reports)('is what its schema describes, %s', (_, report) => {
    expect(complaints(validate, regressSarif(report))).toBeNull();
  });

  test('is so for any text', () => {
    fc.assert(
      fc.property(anyReport, (report) => complaints(validate, regressSarif(report)) === null),
      SEED,
    );
  });

  test('has a result for each objection and each repair, with the place below the checkout', () => {
    const { rules, results } = readSarif(regressSarif(all));
    expect(results.map(({ level }) => level)).toEqual([
      'error',
      'note',
      'warning',
      'warning',
      'error',
      'error',
    ]);
    expect(results.map(({ ruleIndex }) => rules[ruleIndex]?.id)).toEqual(
      results.map((result) => result.ruleId),
    );
    expect(new Set(results.map((result) => JSON.stringify(result.partialFingerprints))).size).toBe(
      6,
    );
    const [broken, , , unreached, notApplied, notLoaded] = results;
    const { file } = TOUCHED[0] ?? { file: '' };
    expect(broken?.locations).toMatchObject([
      {
        physicalLocation: {
          artifactLocation: { uri: file, uriBaseId: '%SRCROOT%' },
          region: { startLine: 41 },
        },
      },
    ]);
    const lines = broken?.relatedLocations?.map((each) => each.physicalLocation.region?.startLine);
    expect(lines).toEqual([41, 42, 60]);
    expect(unreached?.locations[0]?.physicalLocation.region?.startLine).toBe(60);
    expect(notApplied?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      '0005-stale.patch',
    );
    expect(notLoaded?.locations[0]?.physicalLocation.region).toBeUndefined();
  });

  test('says where a result is in a relative address, and in a full one for a full path', () => {
    const uri = (file: string): object | undefined => {
      const problem = { file, line: 0, message: 'no' };
      const { results } = readSarif(regressSarif(reportOf({ ...EVERY.notApplied, problem })));
      return results[0]?.locations[0]?.physicalLocation.artifactLocation;
    };
    const uriBaseId = '%SRCROOT%';
    expect(uri('a b/c:d%20#?.patch')).toEqual({ uri: 'a%20b/c%3Ad%2520%23%3F.patch', uriBaseId });
    expect(uri('/a/b.patch')).toEqual({ uri: 'file:///a/b.patch' });
  });

  test('gives back the trace, from the properties and from the formatted message', () => {
    const [broken] = readSarif(regressSarif(only)).results;
    expect(broken?.properties.trace).toBe(TRACE);
    expect(lastBlock(broken?.message.markdown ?? '')).toBe(TRACE);
    expect(broken?.message.text).toContain(EVIDENCE.detail);
  });

  test('has no placeholder and no link in its messages', () => {
    const [result] = readSarif(regressSarif(reportOf(written(EVERY.broken, '{0} [a](0)')))).results;
    expect(result?.message.text).toContain('{{0}} [a\\](0)');
    expect(result?.message.markdown).toContain('{{0}} [a](0)');
    expect(result?.ruleId).toBe('0-a-0');
  });
});

describe('the commands for GitHub', () => {
  test('are one for each objection, repair and first bad change', () => {
    const commands = readGithub(regressGithub(all));
    expect(commands.map(({ name }) => name)).toEqual([
      'error',
      'notice',
      'warning',
      'warning',
      'error',
      'error',
      'notice',
    ]);
    expect(commands[0]?.parameters).toEqual({
      file: TOUCHED[0]?.file,
      line: '41',
      title: `${EVERY.broken.name}: broken`,
    });
    expect(commands[5]?.parameters).not.toHaveProperty('line');
    expect(regressGithub(reportOf(EVERY.same))).toBe('');
  });

  test('can be read back for any text', () => {
    fc.assert(
      fc.property(anyReport, (report) => readGithub(regressGithub(report)).length === 21),
      SEED,
    );
  });

  test('give back the trace and the texts', () => {
    const [broken] = readGithub(regressGithub(only));
    expect(lastPart(broken?.message ?? '')).toBe(TRACE);
    const title = '%0A 100% a::b, c';
    const [named] = readGithub(regressGithub(reportOf({ ...EVERY.broken, name: title, title })));
    expect(named?.parameters['title']).toBe(`${title}: broken`);
    expect(named?.message.startsWith(`${title}: does not hold`)).toBe(true);
  });
});

describe('the KTAP log', () => {
  test('has a test for each change, skipped where nothing was run', () => {
    const { tests, rest } = readKtap(regressKtap(all));
    expect(tests.map(({ ok, directive }) => [ok, directive])).toEqual([
      [true, ''],
      [true, 'SKIP'],
      ...[false, false, false].map((ok) => [ok, '']),
      ...[false, false].map((ok) => [ok, 'ERROR']),
      [true, 'SKIP'],
    ]);
    expect(tests.map(({ description }) => description)).toEqual(every.map(({ name }) => name));
    expect(rest).toEqual([`first bad change: ${EVERY.broken.name}`]);
  });

  test('can be read back for any text', () => {
    fc.assert(
      fc.property(anyReport, (report) => readKtap(regressKtap(report)).tests.length === 8),
      SEED,
    );
  });

  test('has no directive but its own', () => {
    const named = { ...EVERY.broken, name: '#12: fix # SKIP' };
    const [first] = readKtap(regressKtap(reportOf(named))).tests;
    expect(first).toMatchObject({ description: '_12: fix _ SKIP', directive: '', data: 'broken' });
    expect(first?.diagnostics[0]).toMatch(/^#12: fix # SKIP: /u);
  });

  test('gives back the trace', () => {
    const [broken] = readKtap(regressKtap(only)).tests;
    const lines = broken?.diagnostics ?? [];
    const trace = lines.slice(lines.lastIndexOf('msicheck trace 1'));
    expect(`${trace.join('\n')}\n`).toBe(TRACE);
  });
});
