import { parentPort, workerData } from 'node:worker_threads'
import { fileSource } from '../../../agent/pdf/byte-source.ts'
import { PdfStream } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { addSignatureField } from '../../../agent/pdf/signature-field.ts'
import { signaturesOf } from '../../../agent/pdf/signatures.ts'
import { RefusalError } from '../../../shared/errors.ts'

/** A worker that does with a file what signing does with it, and says how it ended. */
const source = fileSource(workerData as string)
parentPort?.postMessage(outcome())

function outcome(): string {
  try {
    const document = openDocument(source)
    const content = document.get(document.page(document.pageCount - 1).dict, 'Contents')
    if (content instanceof PdfStream) content.decoded()
    signaturesOf(document)
    const revision = startRevision(document)
    addSignatureField(document, revision, { subFilter: 'ETSI.CAdES.detached', contentsBytes: 16_384, m: new Date(), pageIndex: 0 })
    revision.finish()
    return 'appended'
  } catch (thrown) {
    if (thrown instanceof RefusalError) return `${thrown.refusal.code} ${thrown.refusal.facts['reason'] ?? ''}`.trim()
    return `untyped: ${String(thrown)}`
  }
}
