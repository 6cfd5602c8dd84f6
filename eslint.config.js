import tseslint from 'typescript-eslint';

// Import boundaries (docs/architecture.md). A folder may import only what its allow-list names;
// everything else is refused by one negative look-ahead per folder. `own` lists the relative targets.
const npm = (...names) => names.map((name) => `${name}(/.*)?$`);
const folder = (...names) => names.map((name) => `(\\.{1,2}/)+(.*/)?${name}/.*`);
const here = ['\\./.*'];
const only = (message, ...allowed) => [
  'error',
  { patterns: [{ regex: `^(?!(${allowed.flat().join('|')}))`, message, caseSensitive: true }] },
];
const builtins = ['node:.*'];

const boundary = (files, ignores, ...rule) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': only(...rule) },
});

const impure = [
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:net',
  'node:http',
  'node:https',
  'node:os',
];

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
      'reports/schema/generate.ts',
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
  boundary(
    ['workloads/kit/**'],
    [],
    'kit imports zod, pure parsers and itself',
    npm('zod', 'yaml', 'fast-xml-parser'),
    here,
    ['\\.\\./[a-z-]+\\.ts$'],
  ),
  boundary(
    ['workloads/*/spec.ts', 'workloads/*/tools/**'],
    ['workloads/kit/**'],
    'a workload imports kit, its own folder and pure parsers',
    npm('zod', 'yaml', 'fast-xml-parser'),
    ['(\\.\\./)+kit/.*'],
    here,
    ['\\.\\./[a-z-]+\\.ts$'],
  ),
  boundary(['workloads/*/kernel.ts'], [], 'a kernel imports node builtins only', builtins),
  boundary(
    ['agents/protocol/**'],
    [],
    'the protocol imports kit, zod and pure builtins',
    npm('zod'),
    ['node:(crypto|fs/promises|string_decoder)$'],
    ['(\\.\\./)+workloads/kit/.*'],
    here,
  ),
  boundary(
    ['agents/**'],
    ['agents/protocol/**'],
    'agents never import harness or reports',
    builtins,
    npm('execa', 'pino', 'piscina', 'zod'),
    ['(\\.\\./)+workloads/.*'],
    here,
    folder('protocol', 'exec', 'probe', 'monitor', 'pool', 'keeper'),
    ['\\.\\./[a-z-]+\\.ts$'],
  ),
  boundary(
    ['reports/**'],
    [],
    'reports import kit, zod, ajv and themselves',
    npm('zod', 'ajv', 'yaml'),
    ['node:(fs|fs/promises|path|url|process)$'],
    ['(\\.\\./)+workloads/kit/.*'],
    here,
    folder('schema', 'format', 'chart', 'certificate', 'comparison', 'html'),
  ),
  boundary(
    ['harness/**'],
    [],
    'harness imports itself, agents/protocol, workloads/registry, kit, reports and its packages',
    builtins,
    npm('execa', 'esbuild', 'pino', 'ssh2', 'ssh-config', 'yaml', 'yargs', 'zod', 'ajv'),
    here,
    ['(\\.\\./)+workloads/(kit/.*|registry\\.ts$)', '(\\.\\./)+package\\.json$'],
    ['(\\.\\./)+agents/protocol/.*', '(\\.\\./)+reports/.*'],
    folder(
      'cli',
      'config',
      'profiles',
      'suites',
      'transport',
      'deploy',
      'run',
      'store',
      'stats',
      'judge', 'plan', 'fleet', 'rules', 'samples', 'groups', 'summary', 'manifest', 'drift',
      'compare',
    ),
    ['\\.\\./[a-z-]+\\.ts$'],
  ),
  {
    files: ['harness/judge/**', 'harness/plan/**', 'harness/stats/**', 'harness/compare/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: impure.map((name) => ({ name, message: 'certify, compare and stats do no I/O' })) },
      ],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
