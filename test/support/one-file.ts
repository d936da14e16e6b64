/**
 * The compiled bot and its commands, each as one file, for tests that start processes: of a start's processor time most is finding, reading and
 * compiling some 1,500 modules. The code is that of `dist`. What V8 compiled is kept beside it, as Node.js 22 does by itself.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))
const COMMANDS = ['backup', 'doctor', 'people', 'setup']
const LAUNCH = fileURLToPath(new URL('launch.cjs', import.meta.url))

/** Vitest calls this once, before the tests that start processes. What is answered is called after them. `TEST_RUN_FOLDER` is there until then. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-run-'))
  process.env.TEST_RUN_FOLDER = folder
  // Whoever looks for the cause of a failure may want stack traces of `dist`: BOT_PROGRAM=dist
  if (process.env.BOT_PROGRAM === undefined) {
    process.env.BOT_PROGRAM = join(folder, 'program')
    await bundle(process.env.BOT_PROGRAM)
  }
  return async () => {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes `main.js` and `cli/*.js` into a folder. They find the project's other files as the ones of `dist` do. */
export async function bundle(folder: string): Promise<void> {
  await mkdir(join(folder, 'cli'), { recursive: true })
  await writeFile(join(folder, 'cli', 'package.json'), '{ "type": "module" }')
  const main = join(DIST, 'main.js')
  await Promise.all([
    build({ ...OPTIONS, entryPoints: [main], format: 'cjs', outfile: join(folder, 'bot.cjs') }),
    build({
      ...OPTIONS,
      entryPoints: COMMANDS.map((name) => join(DIST, 'cli', `${name}.js`)),
      format: 'esm',
      splitting: true,
      outdir: join(folder, 'cli'),
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(${urlOf(main)});` },
    }),
  ])
  await writeFile(
    join(folder, 'main.js'),
    `require(${JSON.stringify(LAUNCH)})(${JSON.stringify(join(folder, 'bot.cjs'))}, ${JSON.stringify(main)})`,
  )
  // Without configuration it loads, complains and ends; then what was compiled is written.
  const child = spawn(process.execPath, [join(folder, 'main.js')], { cwd: folder, env: {}, stdio: 'ignore' })
  await once(child, 'close')
}

const urlOf = (path: string) => JSON.stringify(pathToFileURL(path).href)

/** Each module goes on to know where it was, and the one that is not JavaScript alone stays where it is. */
const places: Plugin = {
  name: 'places',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^better-sqlite3$/ }, () => ({
      path: createRequire(DIST).resolve('better-sqlite3'),
      external: true,
    }))
    onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8')
      return { contents: contents.replaceAll('import.meta.url', urlOf(path)), loader: 'js' }
    })
  },
}

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Not identifiers: names of errors stand in logs.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  plugins: [places],
}
