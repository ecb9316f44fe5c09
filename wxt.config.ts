import path from 'node:path'
import { fileURLToPath } from 'node:url'
import preact from '@preact/preset-vite'
import { defineConfig } from 'wxt'
import { extensionKey, firefoxExtensionId } from './shared/protocol/extension-ids.ts'

/**
 * The CMaps that a PDF may name without bringing them (ISO 32000-1, table 118; `-H` across, `-V` down), and those that tell which letter
 * a glyph of the four character collections is, by which a font of the PC takes the place of one that is missing.
 */
const cMaps = [
  'GB-EUC GBpc-EUC GBK-EUC GBKp-EUC GBK2K UniGB-UCS2 UniGB-UTF16',
  'B5pc HKscs-B5 ETen-B5 ETenms-B5 CNS-EUC UniCNS-UCS2 UniCNS-UTF16',
  '90ms-RKSJ 90msp-RKSJ 90pv-RKSJ Add-RKSJ EUC Ext-RKSJ UniJIS-UCS2 UniJIS-UCS2-HW UniJIS-UTF16',
  'KSC-EUC KSCms-UHC KSCms-UHC-HW KSCpc-EUC UniKS-UCS2 UniKS-UTF16',
].flatMap((names) => names.split(' ').flatMap((name) => [`${name}-H`, `${name}-V`]))
const otherCMaps = ['83pv-RKSJ-H', 'H', 'V', 'Adobe-GB1-UCS2', 'Adobe-CNS1-UCS2', 'Adobe-Japan1-UCS2', 'Adobe-Korea1-UCS2']

/**
 * What pdf.js loads by itself, from the extension alone: its worker, decoders of scanned pages and of colour profiles, CMaps, and
 * the two symbol fonts that no PC can be relied on to have.
 */
const pdfFiles = [
  'build/pdf.worker.min.mjs',
  'wasm/jbig2.wasm',
  'wasm/openjpeg.wasm',
  'wasm/qcms_bg.wasm',
  'standard_fonts/FoxitSymbol.pfb',
  'standard_fonts/FoxitDingbats.pfb',
  ...[...cMaps, ...otherCMaps].map((name) => `cmaps/${name}.bcmap`),
]

/**
 * `wxt build` is what offices install: no site is open to it until the clerk or the office lists one.
 * `wxt build --mode demo` (in .output/chrome-mv3-demo) may read http://127.0.0.1 from the start, because the browser's
 * permission prompt cannot be answered where nobody sits in front of the screen. Nothing else differs.
 */
export default defineConfig({
  srcDir: 'extension',
  publicDir: 'extension/public',
  modules: ['@wxt-dev/webextension-polyfill'],
  imports: false,
  vite: () => ({ plugins: [preact()], build: { target: 'es2022' } }),
  hooks: {
    'build:publicAssets': (_, files) => {
      const folder = path.resolve(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')), '..')
      files.push(...pdfFiles.map((file) => ({ absoluteSrc: path.join(folder, file), relativeDest: `pdf/${path.basename(file)}` })))
    },
  },
  manifest: ({ browser, command, mode }) => ({
    name: '__MSG_name__',
    description: '__MSG_description__',
    default_locale: 'vi',
    permissions: [
      'storage',
      'activeTab',
      'scripting',
      'contextMenus',
      'alarms',
      'downloads',
      'notifications',
      // Asked for with the rest at the installation, where it costs no click: an office that installs by policy could not grant it later.
      'nativeMessaging',
      ...(browser === 'firefox' ? [] : ['offscreen' as const]),
    ],
    optional_host_permissions: ['http://*/*', 'https://*/*'],
    ...(mode === 'demo' ? { host_permissions: ['http://127.0.0.1/*'] } : {}),
    content_security_policy: { extension_pages: contentSecurityPolicy(command === 'serve') },
    commands: { _execute_action: { suggested_key: { default: 'Alt+Shift+K' } } },
    action: { default_title: '__MSG_name__' },
    ...(browser === 'firefox'
      ? {
          browser_specific_settings: {
            gecko: { id: firefoxExtensionId, strict_min_version: '128.0', data_collection_permissions: { required: ['none'] } },
          },
        }
      : { key: extensionKey, minimum_chrome_version: '116', storage: { managed_schema: 'managed-schema.json' } }),
  }),
})

/**
 * Said in full because Firefox's own default upgrades ws://127.0.0.1 to wss. The worker fetches documents from any listed
 * site, so `connect-src` names http and https; which sites those are is up to the host permissions.
 */
function contentSecurityPolicy(development: boolean): string {
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "object-src 'none'",
    `style-src 'self'${development ? " 'unsafe-inline'" : ''}`,
    "img-src 'self' data: blob:",
    `connect-src 'self' ws://127.0.0.1:* http: https:${development ? ' ws://localhost:*' : ''}`,
    "frame-ancestors 'none'",
  ].join('; ')
}
