// SPDX-License-Identifier: GPL-2.0-only
/** Mails with a patch in them, as they are saved: encoded bodies and subjects become text (RFC 2045, RFC 2047). */

/** A mail as text, or in which words it is none that can be read. */
export type Decoded = { readonly text: string } | { readonly message: string };

/** The text of a file with mails in it, each with its body decoded; what is no mail stays as it is. */
export function decodeMails(sent: string): Decoded {
  const decoded = sent
    .replaceAll(/\r\n?/gu, '\n')
    .split(/^(?=From [0-9a-f]{7,64} )/mu)
    .map(decodeMail);
  const odd = decoded.find((each) => 'message' in each);
  if (odd !== undefined) return odd;
  return { text: decoded.map((each) => ('text' in each ? each.text : '')).join('') };
}

function decodeMail(mail: string): Decoded {
  const end = /\n\n/u.exec(mail)?.index ?? mail.length;
  const header = mail.slice(0, end).replaceAll(/\n[ \t]+/gu, ' ');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)$`, 'imu').exec(header)?.[1]?.trim().toLowerCase();
  if (field('Content-Type')?.startsWith('multipart/') === true)
    return { message: 'is a mail of several parts; expected one with the patch as its text' };
  const decode = DECODERS.get(field('Content-Transfer-Encoding') ?? '');
  if (decode === undefined) return { text: mail };
  const above = mail.slice(0, end).replace(/^(Content-Transfer-Encoding:).*$/imu, '$1 8bit');
  return { text: `${above}\n\n${decode(mail.slice(end).trimStart())}` };
}

const DECODERS: ReadonlyMap<string, (text: string) => string> = new Map([
  ['quoted-printable', fromQuotedPrintable],
  ['base64', fromBase64],
]);

function fromQuotedPrintable(text: string): string {
  const whole = text.replaceAll(/[ \t]+$/gmu, '').replaceAll('=\n', '');
  return bytesOf(whole).replaceAll(/\r\n?/gu, '\n');
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8').replaceAll(/\r\n?/gu, '\n');
}

/** `=C3=A9` as the character that these bytes are. */
function bytesOf(text: string): string {
  return text.replaceAll(/(?:=[0-9A-Fa-f]{2})+/gu, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'),
  );
}

/** A subject with its encoded words as text: `=?UTF-8?q?R=C3=A9sum=C3=A9?=`. */
export function decodeWords(subject: string): string {
  return subject
    .replaceAll(/\?=\s+=\?/gu, '?==?')
    .replaceAll(/=\?utf-8\?([qb])\?([^?]*)\?=/giu, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b' ? fromBase64(text) : bytesOf(text.replaceAll('_', ' ')),
    );
}
