import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { batchStates, documentStates } from '../../shared/protocol/sign.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { batchPoints, documentPoints, killPoints, pointsOfRestart, type KillPoint } from './kill-points.ts'
import { expectValid, expectWhole, OfficeDay, readTrace } from './office-day.ts'

const suite = makeSuiteFolder('antin-kills')
afterAll(() => suite.remove())
const pin = '24681357'
const keyFile = makeKeyFile(suite.folder, 'clerk', makeCertificate(suite.folder, 'clerk'), pin)

async function day(name: string, kills: readonly string[], trace?: string) {
  const folder = path.join(suite.folder, name.replaceAll(/\W+/g, '-'))
  mkdirSync(folder)
  const lived = await new OfficeDay({ folder, keyFile, pin, documents: 3, eventful: true, kills, ...(trace === undefined ? {} : { trace }) }).run()
  expect(lived.killed).toBe(kills.length)
  expectWhole(lived)
  return { ...lived, folder, remove: () => rmSync(folder, { recursive: true }) }
}

function namesOf(points: readonly KillPoint[]): string[] {
  return [...new Set(points.map((point) => point.slice(0, point.indexOf('#'))))].sort()
}

describe('the list of kill points', () => {
  it('knows every state of documents and batches, and no document state is without a point', () => {
    expect(Object.keys(documentPoints).sort()).toEqual([...documentStates].sort())
    expect(Object.keys(batchPoints).sort()).toEqual([...batchStates].sort())
    expect(Object.values(documentPoints).filter((points) => points.length === 0)).toEqual([])
  })

  it('is what the agent passes in a day, and nothing else', async () => {
    const trace = path.join(suite.folder, 'trace')
    const lived = await day('whole', [], trace)
    const passed = readTrace(trace)
    expect([...new Set(passed.map((point) => point.replace(/^(before|after) /, '')))].sort()).toEqual(namesOf(killPoints))
    expectValid(lived.folder, lived, [...lived.signed.keys()])
  })
})

describe('killed', () => {
  const cases = killPoints.flatMap((point) => [`before ${point}`, `after ${point}`])
  it.concurrent.each(cases)('%s: nothing is lost, nothing is finished twice', async (point) => {
    const lived = await day(point, [point])
    expectValid(lived.folder, lived, [...lived.signed.keys()].slice(0, 1))
    lived.remove()
  })

  it.concurrent.each(pointsOfRestart.flatMap((point) => [`before ${point}`, `after ${point}`]))('and killed again while it starts, %s', async (point) => {
    const lived = await day(point, ['after write signed#2', point])
    lived.remove()
  })
})
