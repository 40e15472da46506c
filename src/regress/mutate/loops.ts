// SPDX-License-Identifier: GPL-2.0-only
/** Loops that end too early or go the other way round. */
import type { AnyNode, ForStatement } from 'acorn';

import type { Draft, Visit } from './draft.ts';

/** Left after the first round; reversed. */
export function loops({ node, source }: Visit): readonly Draft[] {
  switch (node.type) {
    case 'ForStatement':
      return [...leftEarly(node, source), ...reversed(node, source)];
    case 'WhileStatement':
      return leftEarly(node, source);
    case 'ForOfStatement': {
      const { start, end } = node.right;
      const text = `[...${source.slice(start, end)}].reverse()`;
      const place = { kind: 'expression', value: undefined } as const;
      const turned = { operator: 'reverse a loop', start, end, text, place };
      return [...leftEarly(node, source), turned];
    }
    default:
      return [];
  }
}

function leftEarly(node: AnyNode & { readonly body: AnyNode }, source: string): readonly Draft[] {
  const { body } = node;
  const last = body.type === 'BlockStatement' ? body.body.at(-1) : body;
  if (last?.type === 'ReturnStatement') return [];
  const header = headerOf(node, source);
  const shown = { before: header, after: `${header} { ...; break; }` };
  const operator = 'leave a loop after the first round';
  if (body.type === 'BlockStatement') {
    const start = body.end - 1;
    return [{ operator, start, end: start, text: 'break;', shown, place: { kind: 'insert' } }];
  }
  const { start, end } = body;
  const text = `${source.slice(start, end)} break;`;
  const place = { kind: 'statement', differs: undefined } as const;
  return [{ operator, start, end, text, shown, place }];
}

function headerOf(node: AnyNode & { readonly body: AnyNode }, source: string): string {
  return source.slice(node.start, node.body.start).trim();
}

/** Only loops that count up or down by one. */
function reversed(node: ForStatement, source: string): readonly Draft[] {
  const header = countUp(node, source) ?? countDown(node, source);
  if (header === undefined) return [];
  const { start, end, body } = node;
  const text = `${header} ${source.slice(body.start, body.end)}`;
  const shown = { before: headerOf(node, source), after: header };
  const place = { kind: 'statement', differs: undefined } as const;
  return [{ operator: 'reverse a loop', start, end, text, shown, place }];
}

interface Counter {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly compare: string;
  readonly step: string;
}

function countUp(node: ForStatement, source: string): string | undefined {
  const counter = counterOf(node, source);
  if (counter?.step !== '+= 1' || !counter.compare.startsWith('<')) return undefined;
  const { name, from, to, compare } = counter;
  const last = compare === '<' ? `${to} - 1` : to;
  return `for (let ${name} = ${last}; ${name} >= ${from}; ${name} -= 1)`;
}

function countDown(node: ForStatement, source: string): string | undefined {
  const counter = counterOf(node, source);
  if (counter?.step !== '-= 1' || !counter.compare.startsWith('>')) return undefined;
  const { name, from, to, compare } = counter;
  const first = compare === '>' ? `${to} + 1` : to;
  return `for (let ${name} = ${first}; ${name} <= ${from}; ${name} += 1)`;
}

function counterOf({ init, test, update }: ForStatement, source: string): Counter | undefined {
  if (init?.type !== 'VariableDeclaration' || test?.type !== 'BinaryExpression') return undefined;
  const first = init.declarations[0];
  if (init.declarations.length !== 1 || first?.id.type !== 'Identifier' || !first.init)
    return undefined;
  if (update?.type !== 'AssignmentExpression') return undefined;
  return {
    name: first.id.name,
    from: source.slice(first.init.start, first.init.end),
    to: source.slice(test.right.start, test.right.end),
    compare: test.operator,
    step: `${update.operator} ${source.slice(update.right.start, update.right.end)}`,
  };
}
