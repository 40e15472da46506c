// SPDX-License-Identifier: GPL-2.0-only
/** What an edit can say, as data. Numbers count from 1, in the order of the text, within one function. */

/** One line of an edit. */
export interface Line {
  /** In the file of the edit, from 1. */
  readonly line: number;
  /** Path in the tree. */
  readonly file: string;
  readonly scope: Scope;
  readonly verb: Verb;
}

/** Where: `of` is how many definitions of that name the file has, for the branches of an #if. */
export interface Scope {
  readonly kind: 'function' | 'enumerator';
  readonly name: string;
  readonly nth: number;
  readonly of: number;
}

/** What is done. */
export type Verb =
  | { readonly kind: 'drop'; readonly target: Call | Operand | Statement }
  | { readonly kind: 'replace'; readonly target: Target; readonly by: string }
  | { readonly kind: 'negate'; readonly target: Condition }
  | { readonly kind: 'guard'; readonly target: Statement; readonly by: string }
  | { readonly kind: 'swap'; readonly target: Statement; readonly other: Statement }
  | {
      readonly kind: 'move';
      readonly target: Statement;
      readonly side: Side;
      readonly other: Statement;
    }
  | {
      readonly kind: 'insert';
      readonly code: string;
      readonly side: Side;
      readonly target: Statement;
    };

/** On which side of a statement another one is put. */
export type Side = 'before' | 'after';

/** A piece of a function. */
export type Target = Call | Argument | Condition | Value | Operand | Statement | Sign;

/** The n-th token that is written like this. */
export interface Sign {
  readonly kind: 'token';
  readonly text: string;
  readonly nth: number;
}

/** The n-th call of a function or of an operation, with what it is taken from: `ops->fn(x)`. */
export interface Call {
  readonly kind: 'call';
  readonly fn: string;
  readonly nth: number;
}

/** An argument of a call, from 1. */
export interface Argument {
  readonly kind: 'argument';
  readonly argument: number;
  readonly call: Call;
}

/** What the brackets after the n-th `if`, `while` or `switch` hold. */
export interface Condition {
  readonly kind: 'condition';
  readonly word: 'if' | 'while' | 'switch';
  readonly nth: number;
}

/** What the n-th `return` returns. */
export interface Value {
  readonly kind: 'value';
  readonly nth: number;
}

/** What stands beside the n-th `&&` or `||`, up to the next one. */
export interface Operand {
  readonly kind: 'operand';
  readonly side: 'left' | 'right';
  readonly sign: '&&' | '||';
  readonly nth: number;
}

/** The innermost statement around a call or a token. */
export interface Statement {
  readonly kind: 'statement';
  readonly around: Call | Sign;
}
