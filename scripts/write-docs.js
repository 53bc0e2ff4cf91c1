import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Writes the documents that are generated from the code: docs/events.md and docs/codes.md. With `--check` it writes nothing
 * and fails where one is stale. Needs the build.
 */
const root = join(import.meta.dirname, '..');
const { eventCatalogue } = await import('../dist/apps/server/src/event-catalogue.js');
const { listProblemCodes } = await import('../dist/apps/server/src/refusal-codes.js');

function describeEvents() {
  const program = ts.createProgram(
    globSync('{libs,apps/server}/*/src/**/*.ts', { cwd: root, exclude: (name) => name.endsWith('.spec.ts') })
      .concat('apps/server/src/event-catalogue.ts')
      .map((file) => join(root, file)),
    ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, root)
      .options,
  );
  const checker = program.getTypeChecker();
  const categories = findCategories(program);
  const catalogue = program.getSourceFile(join(root, 'apps/server/src/event-catalogue.ts'));
  const all = catalogue.statements.find((statement) => statement.name?.text === 'AnyEvent');
  const sections = all.type.types.map((reference) => {
    const alias = declarationOf(reference.typeName, checker);
    const stream = /@stream (\S+)/.exec(docOf(alias))?.[1] ?? `${categories.get(alias.name.text)}-<id>`;
    const members = ts.isUnionTypeNode(alias.type) ? alias.type.types : [alias.type];
    return [
      `## \`${stream}\``,
      docOf(alias)
        .replace(/ ?@stream.*/, '')
        .replace(/ These names and shapes .*/, ''),
      ...members.map((member) => describeEvent(member, checker)),
    ].join('\n\n');
  });
  return `${[
    '# The events',
    'Generated from the types of the code by `npm run docs`; do not edit. Names and shapes are promises: they only grow, or change through an upcaster.',
    'Each event is stored as JSON, with an envelope in its metadata: who acted (`actor`, and the token in `via`), about whom (`subject`, `account`), when (`at`), the request (`$correlationId`, `$causationId`), and the version of its JSON (`schema`). The reason and the address that the request came from are sealed. **Personal** fields are sealed, too: they are in no clear part of the log, and can not be read once the key of their owner is destroyed. Ids are UUIDs, times ISO 8601 in UTC, countries ISO 3166-1 alpha-2.',
    ...sections,
  ].join('\n\n')}\n`;
}

/** Returns the category of the streams of each union of events: `UserEvent` → `user`. */
function findCategories(program) {
  const categories = new Map();
  for (const file of program.getSourceFiles().filter(({ fileName }) => !fileName.includes('node_modules'))) {
    ts.forEachChild(file, function visit(node) {
      if (ts.isVariableDeclaration(node) && node.type?.typeName?.getText() === 'Decider' && node.initializer) {
        const category = node.initializer.properties?.find(({ name }) => name?.getText() === 'category');
        if (category) categories.set(node.type.typeArguments[1].getText(), category.initializer.text);
      }
      ts.forEachChild(node, visit);
    });
  }
  return categories;
}

/** One `DomainEvent<'Name', Data>` as a heading, its meaning, how it is stored, and a table of its fields. */
function describeEvent(node, checker) {
  const [name, data] = node.typeArguments;
  const type = name.literal.text;
  const { personal = [], sealedFor, ip, upcasters = [] } = eventCatalogue[type];
  const eventMeaning = commentBefore(node);
  if (!eventMeaning) throw new Error(`The event ${type} has no comment that says what it means.`);
  const owner = /`(.*)`/.exec(String(sealedFor))?.[1].replace(/\$\{(\w+)\}/g, '<$1>');
  const storage = [
    `Schema ${upcasters.length + 1}.`,
    upcasters.length > 0 && `Older schemas are lifted by ${upcasters.length} upcaster(s).`,
    personal.length > 0 && sealedFor && `Personal fields are sealed under the key of \`${owner}\`.`,
    ip === 'period' && 'The address is sealed under the key of the subject and that of the account and month.',
  ];
  const fields = checker.getPropertiesOfType(checker.getTypeFromTypeNode(data)).map((field) => {
    const { type: fieldType } = field.valueDeclaration;
    const optional = field.flags & ts.SymbolFlags.Optional ? '?' : '';
    const comment = oneLine(ts.displayPartsToString(field.getDocumentationComment(checker)));
    const meaning = [personal.includes(field.name) && '**Personal.**', comment].filter(Boolean).join(' ');
    return `| \`${field.name}${optional}\` | ${typeText(fieldType, checker)} | ${meaning} |`;
  });
  const table = fields.length > 0 ? ['| field | type | |', '|---|---|---|', ...fields] : ['No fields.'];
  return [`### ${type}`, `${eventMeaning} ${storage.filter(Boolean).join(' ')}`, table.join('\n')].join('\n\n');
}

/** A field's type as a reader of the log meets it: aliases that stand for literals are spelled out. */
function typeText(node, checker) {
  const type = checker.getTypeFromTypeNode(node);
  const isList = checker.isArrayType(type);
  const shown = isList ? checker.getTypeArguments(type)[0] : type;
  const isObject = shown.flags & ts.TypeFlags.Object;
  const text = isObject
    ? `{ ${checker
        .getPropertiesOfType(shown)
        .map((field) => `${field.name}: ${field.valueDeclaration.type.getText()}`)
        .join(', ')} }`
    : (literals(shown) ?? checker.typeToString(shown));
  return `${isList ? 'list of ' : ''}\`${text.replaceAll('|', '\\|')}\``;
}

/** `'a' | 'b'`, sorted, since the compiler's order depends on which file it read first; undefined for another type. */
function literals(type) {
  if (!type.isUnion() || !type.types.every((member) => member.isStringLiteral())) return undefined;
  return type.types
    .map(({ value }) => `'${value}'`)
    .toSorted()
    .join(' | ');
}

/** The last doc comment between the node and what is before it, on one line. */
function commentBefore(node) {
  const text = node.getSourceFile().text;
  const siblings = ts.isUnionTypeNode(node.parent) ? node.parent.types : [node];
  const nth = siblings.indexOf(node);
  const begin = nth > 0 ? siblings[nth - 1].end : text.lastIndexOf('=', node.getStart());
  return [...text.slice(begin, node.getStart()).matchAll(/\/\*\*(.*?)\*\//gs)]
    .map(([, comment]) => oneLine(comment))
    .at(-1);
}

const oneLine = (comment) => comment.replace(/\s*\n\s*(?:\* ?)?/g, ' ').trim();

const docOf = (node) =>
  oneLine(
    ts
      .getJSDocCommentsAndTags(node)
      .map((doc) => doc.getText().slice(3, -2))
      .join(' '),
  );

function declarationOf(name, checker) {
  const symbol = checker.getSymbolAtLocation(name);
  return (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).declarations[0];
}

function describeCodes() {
  const codes = listProblemCodes().toSorted((one, other) => one.code.localeCompare(other.code, 'en'));
  const rows = codes.map(({ code, status, meaning, next, actions = [], library }) => {
    const offers = actions.map((action) => `\`${action}\``).join(', ');
    return `| \`${code}\` | ${status} | ${meaning} | ${next} | ${offers} | ${library} |`;
  });
  return `${[
    '# Refusal codes',
    'Generated from the code by `npm run docs`; do not edit. Every error is a problem (RFC 9457) with a `code`, which is a promise; its `detail` is a sentence for people and may change. `actions` lists next steps that work for this caller now; the column *offers* has those that a code can list. Other statuses from 400 to 499 have the code `http.<status>`.',
    ['| code | status | meaning | next step | offers | library |', '|---|---|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')}\n`;
}

const documents = { 'docs/events.md': describeEvents(), 'docs/codes.md': describeCodes() };
const isStale = ([file, text]) => readFileSync(join(root, file), { encoding: 'utf8', flag: 'a+' }) !== text;
const stale = Object.entries(documents).filter(isStale);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is stale: run npm run docs`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [file, text] of stale) writeFileSync(join(root, file), text);
}
