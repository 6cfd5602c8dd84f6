import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import tseslint from 'typescript-eslint';
import { parse } from 'yaml';

// The layers of layers.yaml. Imports are resolved to paths of this repository and looked up there, so that no way of
// writing a path gets around a row, and one rule for all folders cannot be replaced by another.
const root = import.meta.dirname;
const layers = Object.entries(parse(readFileSync(join(root, 'layers.yaml'), 'utf8'))).map(
  ([row, { may, upward = [] }]) => ({
    row,
    allowed: new Set([...may, ...upward]),
    pattern: toPattern(row),
    rank: row.replaceAll('*', '').length,
  }),
);

/** The row as a pattern of paths; its one group is what a file has to share with another of the same row. */
function toPattern(row) {
  const open = row.replace(/\/\*\*$/, '').replaceAll('*', '[^/]+');
  if (row.endsWith('.ts')) return new RegExp(`^(${open})$`);
  return new RegExp(`^(${open})/${row.endsWith('/**') ? '.*' : '[^/]*'}$`);
}

function findLayer(path) {
  const [layer] = layers.filter(({ pattern }) => pattern.test(path)).sort((a, b) => b.rank - a.rank);
  return layer && { ...layer, shared: layer.pattern.exec(path)[1] };
}

/** Why `file` may not import `specifier` (`undefined`: no literal), if it may not. Paths are relative to the root. */
function explainRefusal(file, specifier) {
  const from = findLayer(file);
  if (from === undefined) return `${dirname(file)} has no row in layers.yaml`;
  const isRefused = () => {
    if (specifier === undefined) return !from.allowed.has('computed');
    if (specifier.startsWith('node:')) return !from.allowed.has('node:*') && !from.allowed.has(specifier);
    if (!specifier.startsWith('.')) return !from.allowed.has(/^(@[^/]+\/)?[^/]*/.exec(specifier)[0]);
    const path = join(dirname(file), specifier);
    if (!existsSync(join(root, path))) return true;
    const to = findLayer(path);
    if (to === undefined) return !from.allowed.has(path);
    return !from.allowed.has(to.row) && !(to.row === from.row && to.shared === from.shared);
  };
  return isRefused()
    ? `${from.row} may not import ${specifier ?? 'what is computed'} (layers.yaml)`
    : undefined;
}

const layerRule = {
  create(context) {
    const file = relative(root, context.filename);
    const check = (node, source) => {
      const message = explainRefusal(file, source?.value);
      if (message !== undefined) context.report({ node, message });
    };
    const checkSource = (node) => node.source && check(node, node.source);
    return {
      Program: (node) => findLayer(file) ?? check(node),
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: checkSource,
      TSExternalModuleReference: (node) => check(node, node.expression),
    };
  },
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '**/fixtures/**', '**/*.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'No barrels: import the file that defines the name.' },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union or a zod enum.' },
      ],
    },
  },
  {
    // Time, randomness and the environment are arguments; only the entry points read them.
    files: ['harness/**', 'agents/**', 'workloads/**', 'reports/**'],
    ignores: [
      'harness/main.ts',
      'harness/environment.ts',
      'agents/environment.ts',
      '**/kernel.ts',
      'harness/deploy/generate.ts',
      'harness/deploy/build-cli.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a Clock.' },
        { object: 'Math', property: 'random', message: 'Take a seeded Random.' },
        { object: 'process', property: 'env', message: 'Take an Environment.' },
        { object: 'process', property: 'exit', message: 'Only main sets the exit code.' },
      ],
    },
  },
  {
    files: ['harness/**', 'agents/**', 'workloads/**', 'reports/**'],
    plugins: { assay: { rules: { layers: layerRule } } },
    rules: { 'assay/layers': 'error' },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
