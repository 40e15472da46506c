// SPDX-License-Identifier: GPL-2.0-only
/** What a subject threw, as text: changed code throws anything, and reading it may throw again. */

/** Characters that are kept of a text that others wrote. */
const MOST = 500;

/** `Error: words in fn`; also of an error that was made by code with global objects of its own. */
export function thrownText(error: unknown): string {
  try {
    return described(error).slice(0, MOST);
  } catch {
    return 'something that cannot be read';
  }
}

function described(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error) || !('stack' in error))
    return String(error);
  const message = String(error.message);
  const text = `${'name' in error ? String(error.name) : 'Error'}: ${message.slice(0, MOST)}`;
  // How deep the stack is depends on the machine, and so does the function that it ends in.
  if (text.includes('call stack') || message.length > MOST) return text;
  const frame = /\n\s+at (.*)/u.exec(String(error.stack))?.[1] ?? '';
  const fn = /^(?:Object\.)?([\w$]+) \(/u.exec(frame)?.[1];
  return fn === undefined || fn === '$burn' ? text : `${text} in ${fn}`;
}
