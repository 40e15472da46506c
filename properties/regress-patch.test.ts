// SPDX-License-Identifier: GPL-2.0-only
/** Patches as they come by mail: reading and applying them, and what is wrong with those that are none. */
import { describe, expect, test } from 'vitest';

import { applyMail, parseMail, type Patch } from '../src/regress/patch.ts';
import { isProblem, REFERENCE, referenceSources } from '../src/subject/changed/sources.ts';
import { atBegin, edited, patchOf } from './changed.ts';

const NOW = atBegin('  k.now += 0;');

function patch(text: string): Patch {
  const parsed = parseMail('a.patch', text);
  if (isProblem(parsed)) throw new Error(parsed.message);
  return parsed;
}

function problem(text: string): unknown {
  const parsed = parseMail('a.patch', text);
  if (isProblem(parsed)) return parsed;
  const outcome = applyMail('a.patch', parsed, referenceSources());
  return outcome.kind === 'does not apply' ? outcome.problem : outcome.kind;
}

describe('a patch', () => {
  test('is read with its subject, unfolded, and applied without its signature', () => {
    const text = patchOf(NOW, ['Objects: some rule', 'Objects: another', '']);
    const mail = patch(text);
    expect(mail.title).toBe('genirq/msi: a change with a subject that is folded');
    expect(mail.expects).toEqual({ verdict: 'broken', rules: ['some rule', 'another'] });
    const outcome = applyMail('a.patch', mail, referenceSources());
    expect(outcome).toEqual({ kind: 'sources', sources: edited(NOW) });
  });

  test('promises a verdict in its header, or nothing', () => {
    expect(patch(patchOf(NOW, ['Verdict: same', ''])).expects.verdict).toBe('same');
    expect(patch(patchOf(NOW)).expects).toEqual({ verdict: undefined, rules: [] });
  });

  test('that is empty, or no text, changes nothing', () => {
    const nothing = {
      file: 'a.patch',
      line: 0,
      message: 'changes nothing; expected a unified diff',
    };
    expect(problem('')).toEqual(nothing);
    expect(problem('Subject: words\n\nmore words\n')).toEqual(nothing);
    expect(problem('\u0000\u0001\ufffd')).toEqual(nothing);
  });

  test('for another file or another tree is refused, with what was expected', () => {
    for (const path of ['src/cli/main.ts', 'kernel/irq/msi.c', 'src/trace/call.ts']) {
      const text = patchOf(NOW).replaceAll(`src/${REFERENCE}/index.ts`, path);
      expect(problem(text)).toMatchObject({
        file: path,
        message: 'is not for this tree; expected src/subject/reference/*.ts in a.patch',
      });
    }
  });

  test('with a hunk that finds no place names the hunk, the file and the line', () => {
    const text = patchOf(NOW).replace(' function begin(', ' function beginning(');
    expect(problem(text)).toMatchObject({
      file: `src/${REFERENCE}/index.ts`,
      message: 'hunk 1 of 1 does not apply; the lines around it are others here',
    });
  });

  test('is read with either line end, from any folder above the sources, and after another mail', () => {
    const text = patchOf(NOW);
    const path = `src/${REFERENCE}/index.ts`;
    const other = patchOf({
      ...NOW,
      file: 'slab.ts',
      find: 'export function kfree',
      replace: '/** */ export function kfree',
    });
    const both = patch(`${text}\nFrom 0123456789abcdef Mon Sep 17 00:00:00 2001\n${other}`);
    expect(both.files.map(({ hunks }) => hunks.length)).toEqual([1, 1]);
    for (const sent of [
      text.replaceAll('\n', '\r\n'),
      text.replaceAll(`a/${path}`, path).replaceAll(`b/${path}`, path),
      text.replaceAll(`a/${path}`, `a/${path}`).replaceAll(`b/${path}`, `b/reports/copy/${path}`),
    ]) {
      const outcome = applyMail('a.patch', patch(sent), referenceSources());
      expect(outcome).toEqual({ kind: 'sources', sources: edited(NOW) });
    }
  });

  test('is read from a mail in any transfer encoding, and its subject as text', () => {
    const [header = '', ...rest] = patchOf(NOW).split(/\n\n(?=Why)/u);
    const body = rest.join('\n\n');
    const subject = header.replace('a change', 'a =?UTF-8?q?ch=C3=A4nge=5F?=\n =?utf-8?b?IQ==?=');
    const printable = body
      .replaceAll('=', '=3D')
      .replaceAll(/ $/gmu, '=20')
      .replace('k.now', 'k.=\nnow')
      .replaceAll('\n', '\r\n');
    for (const [encoding, text] of [
      ['8bit', body],
      ['Quoted-Printable', printable],
      ['base64', Buffer.from(body).toString('base64').replaceAll(/.{60}/gu, '$&\n')],
    ] as const) {
      const sent = `${subject}\nContent-Transfer-Encoding: ${encoding}\n\n${text}`;
      const mail = patch(sent);
      expect(mail.title).toBe('genirq/msi: a chänge_! with a subject that is folded');
      expect(mail.header).toContain('Content-Transfer-Encoding: 8bit\n');
      const outcome = applyMail('a.patch', mail, referenceSources());
      expect(outcome, encoding).toEqual({ kind: 'sources', sources: edited(NOW) });
    }
    const parts = `${header}\nContent-Type: multipart/mixed;\n boundary=x\n\n--x\n${body}`;
    expect(problem(parts)).toMatchObject({
      message: 'is a mail of several parts; expected one with the patch as its text',
    });
  });

  test('may have a line in its message that begins like a file', () => {
    const text = patchOf(NOW).replace('Why.\n', 'Why.\n--- because of this\n');
    expect(patch(text).files).toHaveLength(1);
    expect(patch(text.replaceAll('\n', '\r')).files).toHaveLength(1);
  });

  test('that is binary, makes a link, or removes a file that is another one, says so', () => {
    const path = `src/${REFERENCE}/index.ts`;
    const git = `diff --git a/${path} b/${path}\n`;
    expect(
      problem(`${git}index 1..2 100644\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n`),
    ).toEqual({
      file: 'a.patch',
      line: 1,
      message: 'has a binary part; expected changes of text',
    });
    expect(
      problem(`${git}index 1..2\nBinary files a/${path} and b/${path} differ\n`),
    ).toMatchObject({
      message: `b/${path} is binary; expected a change of text`,
    });
    const link = `${git}new file mode 120000\nindex 0..1\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+a\n`;
    expect(problem(link)).toMatchObject({ message: `b/${path} becomes a link; expected a file` });
    const gone = `${git}deleted file mode 100644\nindex 1..0\n--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n`;
    expect(problem(gone)).toMatchObject({
      message: 'hunk 1 of 1 does not apply; the lines around it are others here',
    });
  });

  test('that is applied already says so', () => {
    const outcome = applyMail('a.patch', patch(patchOf(NOW)), edited(NOW));
    expect(outcome).toMatchObject({
      problem: { message: 'is changed like this already; is the patch applied?' },
    });
  });

  test('that is cut off names the line', () => {
    const lines = patchOf(NOW).split('\n');
    const cut = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('+  k.now')),
    );
    expect(problem(cut.join('\n'))).toMatchObject({
      message: expect.stringContaining('is no patch'),
    });
    const header = lines.slice(0, lines.findIndex((line) => line.startsWith('---  ')) + 12);
    expect(isProblem(Object(problem(header.join('\n'))))).toBe(true);
  });
});
