/** Where class-transformer keeps what its decorators say; its package ships no types for it. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: import('class-validator-jsonschema/build/options.js').IOptions['classTransformerMetadataStorage'];
}
