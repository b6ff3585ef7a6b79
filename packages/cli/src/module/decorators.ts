import type { TransformOptions } from 'jiti';

/** What is used of TypeScript 5 and 6; a later one has no such function. */
export interface TypeScript {
  readonly transpileModule?: (
    source: string,
    options: { readonly fileName: string; readonly compilerOptions: Readonly<Record<string, unknown>> },
  ) => { readonly outputText: string };
}

/**
 * A file with decorators as the project's own TypeScript compiles it; undefined for another file, and where there is no such
 * compiler. The types of columns are in what TypeScript makes of decorators, and jiti makes none of a class with `name!: string`.
 */
export function compileDecorators(
  compiler: () => TypeScript,
  { source, filename = '', ts = false }: TransformOptions,
): string | undefined {
  if (!ts || !/^\s*@\w/m.test(source)) return undefined;
  const { transpileModule } = compiler();
  if (transpileModule === undefined) return undefined;
  const compilerOptions = {
    module: 'commonjs',
    target: 'es2022',
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    useDefineForClassFields: false,
  };
  return transpileModule(source, { fileName: filename, compilerOptions }).outputText;
}
