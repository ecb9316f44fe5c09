import type { ReceiptView } from '../../shared/protocol/receipt.ts'
import { errorText } from '../../shared/text/errors.ts'
import { isErrorCode } from '../../shared/errors.ts'
import { receiptText } from '../../shared/text/receipt.ts'

type Language = 'vi' | 'en'
type DocumentOfReceipt = ReceiptView['documents'][number]

export function receiptName({ anchor }: ReceiptView, language: Language): string {
  const at = new Date(anchor.at)
  const two = (number: number): string => String(number).padStart(2, '0')
  return receiptText(language).fileName(`${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}.${two(at.getMinutes())}`)
}

/**
 * One file for both readers: a page that every browser shows and prints, and in it the receipt as the agent gave it, as JSON, which
 * `antin journal verify --receipt` reads. It loads nothing and runs nothing.
 */
export function receiptFile(receipt: ReceiptView, language: Language): Blob {
  return new Blob([receiptPage(receipt, language)], { type: 'text/html;charset=utf-8' })
}

export function receiptPage(receipt: ReceiptView, language: Language): string {
  const say = receiptText(language)
  const moment = (iso: string | undefined): string => (iso === undefined ? '' : new Date(iso).toLocaleString(language === 'vi' ? 'vi-VN' : 'en-GB'))
  const facts: [string, string][] = [
    [say.site, receipt.site],
    [say.holder, receipt.holder],
    [say.serial, receipt.certificateSerial],
    [say.user, receipt.osUser],
    [say.program, `Ấn Tín ${receipt.agentVersion}`],
    [say.batch, receipt.batchId],
    [say.taken, moment(receipt.anchor.at)],
    [say.anchor, say.anchorText(receipt.anchor.eventId, receipt.anchor.hash)],
    ...(receipt.anchor.stampedAt === undefined ? [] : [[say.stamped, moment(receipt.anchor.stampedAt)] satisfies [string, string]]),
  ]
  const row = (document: DocumentOfReceipt, index: number): string => `
      <tr><td>${index + 1}</td><td>${escaped(document.name)}</td><td>${moment(document.signedAt)}</td><td>${moment(document.deliveredAt)}</td>
        <td>${escaped(say.results[document.result])}${reasonOf(document, language)}</td></tr>
      <tr class="digests"><td></td><td colspan="4">${digest(say.before, document.before)}${digest(say.after, document.after)}</td></tr>`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${say.title}</title>
<style>${style}</style>
</head>
<body>
<main>
  <h1>${say.title}</h1>
  <p>${say.intro}</p>
  <dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>
  <table>
    <thead><tr><th></th><th>${say.document}</th><th>${say.signed}</th><th>${say.delivered}</th><th>${say.outcome}</th></tr></thead>
    <tbody>${receipt.documents.map(row).join('')}
    </tbody>
  </table>
  <p>${say.check}</p>
</main>
<script type="application/json" id="antin-receipt">${JSON.stringify(receipt).replaceAll('<', String.raw`\u003c`)}</script>
</body>
</html>
`
}

function reasonOf({ code }: DocumentOfReceipt, language: Language): string {
  if (code === undefined || code === '') return ''
  return `<br><small>${escaped(isErrorCode(code) ? errorText({ code, facts: {} }, language) : code)}</small>`
}

function digest(name: string, value: string | undefined): string {
  return value === undefined ? '' : `<div>${name}: <code>${escaped(value)}</code></div>`
}

/** Names come from web pages. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1d1b19; background: #fff; margin: 0 }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; border-bottom: 3px solid #a8321f; padding-bottom: .4rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem }
dt { color: #5c5650 } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin: 1.2rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; overflow-wrap: anywhere }
thead th { border-bottom: 1px solid #8a837b } .digests td { border-bottom: 1px solid #ddd8d2; color: #5c5650; font-size: .8rem }
code { font-size: .95em } @media print { main { margin: 0; max-width: none } tr { break-inside: avoid } }
`
