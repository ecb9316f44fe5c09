import { createKeySource } from '../../agent/token/sources.ts'
import { CardReader, openScModule, whyNoReader } from '../support/card-reader.ts'
import { makeCertificate } from '../support/own-certificate.ts'
import { VirtualCard } from '../support/virtual-card.ts'
import { median, type Row } from './measure.ts'

const rounds = 5

/** A virtual PIV card put in and pulled, through pcscd and OpenSC: from the reader to what the agent tells. */
export async function benchCard(folder: string): Promise<Row[]> {
  const reason = whyNoReader()
  if (reason !== undefined) {
    console.log(`\ncard\nSKIPPED: ${reason}`)
    return []
  }
  const own = makeCertificate(folder, 'card', { holder: 'Trần Thị Thẻ' })
  const reader = await CardReader.start()
  const source = createKeySource({ home: folder, modules: [openScModule() ?? ''], keyFiles: [] })
  try {
    let heard: (keys: number) => void = () => undefined
    let seen: () => void = () => undefined
    source.watch?.(({ keys }) => heard(keys.length), () => seen())
    const told = (isWanted: (keys: number) => boolean): Promise<void> => new Promise((resolve) => (heard = (keys) => isWanted(keys) && resolve()))
    await source.list()
    const [noticed, there, gone]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < rounds; round++) {
      const shown = told((keys) => keys > 0)
      const reading = new Promise<void>((resolve) => (seen = resolve))
      let startedAt = performance.now()
      const card = await VirtualCard.insert({ ...own, pin: '123456' })
      await reading
      noticed.push(performance.now() - startedAt)
      await shown
      there.push(performance.now() - startedAt)
      const left = told((keys) => keys === 0)
      startedAt = performance.now()
      await card.pull()
      await left
      gone.push(performance.now() - startedAt)
    }
    return [
      { name: 'smart card put in → told that it is being read', value: median(noticed), unit: 'ms', limit: { most: 1_000 }, note: spread(noticed) },
      { name: 'smart card put in → certificate told (pcscd, OpenSC)', value: median(there), unit: 'ms', limit: { most: 4_000 }, note: spread(there) },
      { name: 'smart card pulled → told', value: median(gone), unit: 'ms', limit: { most: 1_000 }, note: spread(gone) },
    ]
  } finally {
    await source.close()
    await reader.stop()
  }
}

function spread(times: readonly number[]): string {
  return `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`
}
