/** `npm run build`: the extension for Chromium and Firefox (.output/) and the agent as one flat bundle (dist/agent/). */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'

const root = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false }, agent: { type: 'boolean', default: false } } })

/** Programs that the agent starts as threads or processes of their own, by the names that `entryPath` gives them. */
const entries = {
  antin: 'agent/cli/antin.ts',
  'signing-document-worker': 'agent/signing/document-worker.ts',
  'token-host': 'agent/token/host.ts',
}

/** Data files that `assetPath` looks for. */
const assets = ['@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf', 'harfbuzzjs/dist/harfbuzz-subset.wasm']

/** harfbuzzjs looks for its program beside its own code, which is then the bundle. */
const besideBundle = ['harfbuzzjs/dist/harfbuzz.wasm']

await bundleAgent()
if (!values.demo) buildPinDialog()
if (!values.agent) {
  // The demo's extension may read the demo's address from the start; the real one asks the clerk for every site.
  extension(['build', '-b', 'chrome', '--mode', 'demo'])
  if (!values.demo) {
    extension(['build', '-b', 'chrome'])
    extension(['build', '-b', 'firefox', '--mv3'])
  }
}

async function bundleAgent(): Promise<void> {
  const folder = path.join(root, 'dist/agent')
  rmSync(folder, { recursive: true, force: true })
  await build({
    input: entries,
    cwd: root,
    platform: 'node',
    // pkcs11js loads its native part by a path of its own; pdfjs-dist starts its own worker file.
    external: ['pkcs11js', /^pdfjs-dist/],
    output: { dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js', minify: false },
    logLevel: 'warn',
  })
  mkdirSync(path.join(folder, 'assets'), { recursive: true })
  for (const asset of assets) copyInto(path.join(folder, 'assets'), asset)
  for (const asset of besideBundle) copyInto(folder, asset)
}

/** The agent's window on Windows, beside its bundle, where this machine has the compiler for it. */
function buildPinDialog(): void {
  const compiler = 'x86_64-w64-mingw32-gcc'
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) {
    process.stdout.write(`pin-dialog.exe is not built: ${compiler} is missing (Debian: gcc-mingw-w64-x86-64)\n`)
    return
  }
  const { status } = spawnSync(path.join(root, 'packaging/windows/build-pin-dialog.sh'), { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function copyInto(folder: string, specifier: string): void {
  cpSync(fileURLToPath(import.meta.resolve(specifier)), path.join(folder, path.basename(specifier)))
}

function extension(words: string[]): void {
  const { status } = spawnSync('wxt', words, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
