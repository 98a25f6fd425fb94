/**
 * The shape of the module that `fieldwork build` writes. Types only.
 *
 * @typedef {import('./context.js').Context} Context
 * @typedef {{root: (context: Context) => string, blocks: Record<string, (context: Context) => string>}} TemplateFunctions
 * @typedef {(runtime: any) => TemplateFunctions} MakeTemplate
 * @typedef {{name: string, strict: boolean, make: MakeTemplate}} CompiledTemplate
 * @typedef {{template: (name: string, strict: boolean, make: MakeTemplate) => CompiledTemplate}} Registrar
 * @typedef {(registrar: Registrar) => Record<string, CompiledTemplate>} TemplatesModule
 */

export {};
