import { RefusalError } from '../../shared/errors.ts'
import type { ReceiptView } from '../../shared/protocol/receipt.ts'
import type { Connection } from './connection.ts'

/** What the clerk may keep of a batch, as the agent's journal has it. */
export async function askReceipt(connection: Connection, batchId: string): Promise<ReceiptView> {
  const { promise, resolve, reject } = Promise.withResolvers<ReceiptView>()
  const forget = connection.onMessage((message) => {
    if (message.kind === 'sign' && message.step === 'receipt' && message.batchId === batchId) resolve(message.receipt)
    if (message.kind === 'refused' && message.about === 'sign' && message.batchId === batchId) reject(new RefusalError(message.refusal))
  })
  const gone = (): void => reject(connection.gone.reason)
  connection.gone.addEventListener('abort', gone)
  try {
    connection.send({ kind: 'sign', step: 'receipt', batchId })
    return await promise
  } finally {
    forget()
    connection.gone.removeEventListener('abort', gone)
  }
}
