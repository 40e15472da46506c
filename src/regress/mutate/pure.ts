// SPDX-License-Identifier: GPL-2.0-only
/** Whether looking at an expression a second time changes anything. */
import type { AnyNode } from 'acorn';
import { full } from 'acorn-walk';

/** Functions that only look. */
const LOOKS = new Set([
  'has',
  'includes',
  'indexOf',
  'lastIndexOf',
  'irq_domain_is_hierarchy',
  'msi_desc_match',
  'max',
  'xa_empty',
]);

/** True for an expression without side effects. */
export function isPure(node: AnyNode): boolean {
  let pure = true;
  full(node, (inner) => {
    if (inner.type === 'AssignmentExpression' || inner.type === 'UpdateExpression') pure = false;
    if (inner.type === 'NewExpression') pure = false;
    if (inner.type === 'CallExpression' && !LOOKS.has(calleeOf(inner))) pure = false;
  });
  return pure;
}

/** Last name of what is called: `push` of `list.push(1)`; '' for another form. */
export function calleeOf(node: AnyNode): string {
  if (node.type !== 'CallExpression') return '';
  const { callee } = node;
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression') return '';
  return callee.property.type === 'Identifier' ? callee.property.name : '';
}
