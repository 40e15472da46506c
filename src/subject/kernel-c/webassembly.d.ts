// SPDX-License-Identifier: GPL-2.0-only
/** The part of the WebAssembly interface that is used here: TypeScript has it only among what browsers have. */
declare namespace WebAssembly {
  type ImportValue = (...args: readonly number[]) => unknown;
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
    static imports(module: Module): readonly { readonly name: string; readonly kind: string }[];
    static customSections(module: Module, name: string): readonly ArrayBuffer[];
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Record<string, ImportValue>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class Global {
    value: number;
  }
  class RuntimeError extends Error {}
}
