import path from 'node:path'
import { readFile, writeFile } from 'node:fs/promises'
import { usualScheme } from '../../agent/token/key-source.ts'
import { embedContents, writePrepared } from '../../agent/pdf/fill-signature.ts'
import { fillSmallFile } from '../../agent/signing/fill-small-file.ts'
import { prepareRevision } from '../../agent/signing/prepare-revision.ts'
import { createAuthority } from '../../demo/authority/authority.ts'
import { makePdf } from './make-pdf.ts'
import { medianMs, type Row } from './measure.ts'

/** The two ways of filling the placeholder of the same prepared document, with a container of the usual size: @signpdf has its own row. */
export async function benchFill(folder: string): Promise<Row[]> {
  const input = path.join(folder, 'input.pdf')
  const output = path.join(folder, 'output.pdf')
  makePdf(input, 1_000_000)
  const authority = await createAuthority(path.join(folder, 'authority'))
  const { certificateDer } = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' })
  const prepared = await prepareRevision({ input, output, certificates: [certificateDer], algorithm: 'rsa', scheme: usualScheme, signedAt: new Date(), appearance: undefined })
  const container = new Uint8Array(4_400).fill(0x30)
  const fillBySignPdf = async (): Promise<void> => {
    await writeFile(output, await fillSmallFile(await readFile(input), prepared.revision, { digest: 'sha256', make: () => Promise.resolve(container) }))
  }
  return [
    { name: '@signpdf/signpdf fills 1 MB', value: await medianMs(15, fillBySignPdf), unit: 'ms' },
    {
      name: 'streaming fill of the same file',
      value: await medianMs(15, () => {
        writePrepared(prepared, output)
        embedContents(output, prepared.placeholder, container)
      }),
      unit: 'ms',
    },
  ]
}
