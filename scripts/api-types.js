import { globSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * Reads, from the controllers' TypeScript, what the OpenAPI document says about types: the schema of each route's response,
 * and the comments of commands, queries and their fields. `node scripts/api-types.js OUTPUT`
 */
const [output] = process.argv.slice(2);
const controllers = globSync('{libs/*,apps/server}/src/**/*.ts').filter((path) => {
  const text = readFileSync(path, 'utf8');
  return text.includes('\n@Controller(') && !text.includes('\n@ApiExcludeController(');
});
const { config } = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8'));
const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, '.');
const program = ts.createProgram(controllers, { ...options, noEmit: true });
const checker = program.getTypeChecker();

const routeDecorators = ['Get', 'Post', 'Put', 'Patch', 'Delete', 'Sse'];
const schemas = {};
const declarations = {};
const comments = {};
const operations = {};

for (const path of controllers) {
  for (const controller of program.getSourceFile(path).statements.filter(ts.isClassDeclaration)) {
    for (const method of controller.members.filter(isRoute)) {
      const name = `${controller.name.text}.${method.name.text}`;
      const returned = checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(method));
      const type = unwrapped(returned);
      if (type.flags & ts.TypeFlags.Any || type.flags & ts.TypeFlags.Unknown)
        throw new Error(`${name} does not tell the type of its response: give its command or query a result type.`);
      const comment = commentOf(checker.getSymbolAtLocation(method.name));
      operations[name] = { ...(comment && { comment }), ...responseOf(type) };
      for (const parameter of method.parameters) readFieldComments(checker.getTypeAtLocation(parameter));
    }
  }
}
const sorted = (record) =>
  Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync(
  output,
  JSON.stringify({ operations: sorted(operations), schemas: sorted(schemas), comments: sorted(comments) }),
);

function isRoute(member) {
  const decorators = ts.canHaveDecorators(member) ? (ts.getDecorators(member) ?? []) : [];
  return decorators.some(
    ({ expression }) => ts.isCallExpression(expression) && routeDecorators.includes(expression.expression.getText()),
  );
}

/** Returns the type inside `Promise` and `VersionedResult`. */
function unwrapped(type) {
  const awaited = checker.getAwaitedType(type) ?? type;
  const members = (awaited.isUnion() ? awaited.types : [awaited]).map((member) =>
    member.symbol?.name === 'VersionedResult' ? checker.getTypeArguments(member)[0] : member,
  );
  const different = [...new Set(members)];
  return different.length === 1 ? different[0] : awaited;
}

function responseOf(type) {
  if (type.symbol?.name === 'StreamableFile')
    return { content: 'text/csv', schema: { type: 'string', format: 'binary' } };
  if (type.symbol?.name === 'Observable') return { content: 'text/event-stream', schema: { type: 'string' } };
  if (type.flags & ts.TypeFlags.Void) return {};
  return { content: 'application/json', schema: schemaOf(type, '') };
}

/** Returns the schema of a type; `name` is that of the field, from which {@link formatOf} knows ids and times. */
function schemaOf(type, name, symbol) {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  if (type.isUnion()) return unionSchema(type, name, symbol);
  if (type.flags & ts.TypeFlags.StringLike)
    return type.isStringLiteral()
      ? { type: 'string', enum: [type.value] }
      : { type: 'string', ...formatOf(name, symbol) };
  if (type.flags & ts.TypeFlags.NumberLike) return { type: hasTag(symbol, 'fraction') ? 'number' : 'integer' };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (checker.isArrayType(type))
    return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0], name.replace(/s$/, ''), symbol) };
  const values = checker.getIndexInfoOfType(type, ts.IndexKind.String ?? 0)?.type ?? type.getStringIndexType();
  if (values) return { type: 'object', additionalProperties: schemaOf(values, name, symbol) };
  const component = componentName(type);
  if (!component) return objectSchema(type);
  const declaration = type.symbol.declarations[0];
  if (declarations[component] && declarations[component] !== declaration)
    throw new Error(`Two types of responses are named ${component}.`);
  if (!declarations[component]) {
    declarations[component] = declaration;
    schemas[component] = {}; // A type may contain itself.
    const description = commentOf(type.symbol);
    schemas[component] = { ...(description && { description }), ...objectSchema(type) };
  }
  return { $ref: `#/components/schemas/${component}` };
}

function unionSchema(type, name, symbol) {
  const members = type.types.filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
  const nullable = type.types.some(({ flags }) => flags & ts.TypeFlags.Null) && { nullable: true };
  if (members.every((member) => member.isStringLiteral()))
    return {
      type: 'string',
      // Sorted, since the compiler's order changes with unrelated code.
      enum: [...members.map(({ value }) => value).toSorted(), ...(nullable ? [null] : [])],
      ...nullable,
    };
  if (members.every(({ flags }) => flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean', ...nullable };
  if (members.length > 1) return { oneOf: members.map((member) => schemaOf(member, name, symbol)), ...nullable };
  const schema = schemaOf(members[0], name, symbol);
  return nullable && schema.$ref ? { type: 'object', allOf: [schema], ...nullable } : { ...schema, ...nullable };
}

function objectSchema(type) {
  const properties = {};
  const required = [];
  for (const property of checker.getPropertiesOfType(type)) {
    if (!(property.flags & ts.SymbolFlags.Property)) continue;
    const description = commentOf(property);
    const schema = schemaOf(checker.getTypeOfSymbol(property), property.name, property);
    properties[property.name] =
      schema.$ref && description
        ? { allOf: [schema], description }
        : { ...schema, ...(description && { description }) };
    if (hasTag(property, 'deprecated')) properties[property.name].deprecated = true;
    if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
  }
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** Returns the name of a type's component: `AuditItemPage` for `Page<AuditItem>`, none for a type without a name. */
function componentName(type) {
  const { name } = type.symbol;
  if (name.startsWith('__')) return undefined;
  return name === 'Page' ? `${componentName(checker.getTypeArguments(type)[0])}Page` : name;
}

/** Formats by the fields' names: the tests compare every response that they get with its schema. */
function formatOf(name, symbol) {
  if (hasTag(symbol, 'text')) return {};
  if (/(?:^i|I)d$/.test(name)) return { format: 'uuid' };
  if (/(?:^at$|At$|Until$|^until$|^since$|Since$)/.test(name)) return { format: 'date-time' };
  return {};
}

function readFieldComments(type) {
  const name = type.symbol?.name;
  const isOurs = type.symbol?.declarations?.some((declaration) =>
    /\/libs\//.test(declaration.getSourceFile().fileName),
  );
  if (!name || !isOurs || comments[name]) return;
  const fields = {};
  const description = commentOf(type.symbol);
  comments[name] = { ...(description && { description }), fields };
  for (const property of checker.getPropertiesOfType(type)) {
    if (!(property.flags & ts.SymbolFlags.Property)) continue;
    const comment = commentOf(property);
    if (comment)
      fields[property.name] = { description: comment, ...(hasTag(property, 'deprecated') && { deprecated: true }) };
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    readFieldComments(checker.isArrayType(inner) ? checker.getTypeArguments(inner)[0] : inner);
  }
}

function hasTag(symbol, tag) {
  return symbol?.getJsDocTags(checker).some(({ name }) => name === tag) ?? false;
}

function commentOf(symbol) {
  const deprecated = symbol?.getJsDocTags(checker).find(({ name }) => name === 'deprecated')?.text;
  const parts = [...(symbol?.getDocumentationComment(checker) ?? []), ...(deprecated ?? [])];
  return ts
    .displayPartsToString(parts)
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}
