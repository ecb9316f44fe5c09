import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { batchStates, documentStates } from '../../shared/protocol/sign.ts'
import { canaryPin, expectNoPinIn } from '../support/canary-pins.ts'
import { makeKeyFile, makeSuiteFolder, writeCredential } from '../support/own-certificate.ts'
import { serveAuthority, type AuthorityServers } from '../../demo/authority/serve-authority.ts'
import { batchPoints, darkPoints, documentPoints, killPoints, pointsOfRestart, type KillPoint } from './kill-points.ts'
import { expectValid, expectWhole, OfficeDay, readTrace } from './office-day.ts'

const suite = makeSuiteFolder('antin-kills')
const pin = canaryPin()
/** Side by side, since a day mostly waits. */
const lanes = [0, 1, 2, 3]
const authority = await serveAuthority(path.join(suite.folder, 'authority'))
/** Nothing comes of asking it. */
const shut = await serveAuthority(path.join(suite.folder, 'shut'))
Object.assign(shut, { tsa: { fault: 'rejection' }, ocsp: { fault: 'status-500' }, crl: { fault: 'status-500' } })
afterAll(async () => {
  await Promise.all([authority.close(), shut.close()])
  suite.remove()
})
const office = await deskUnder(authority, 'office')
const darkOffice = await deskUnder(shut, 'dark')

/** The clerk's key and the agent's settings under an authority. */
async function deskUnder({ authority: own, host, timeStampUrl }: AuthorityServers, name: string) {
  const folder = path.join(suite.folder, name)
  mkdirSync(path.join(folder, 'roots'), { recursive: true })
  const credential = await own.issue({ profile: 'clerk', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ tỉnh Lai Châu' })
  writeFileSync(path.join(folder, 'roots', 'root.pem'), own.root.certificatePem)
  const settings = { rootsFolder: path.join(folder, 'roots'), timeStamp: { url: timeStampUrl }, evidenceHosts: [host], level: 'B-T', unstampedAfterMinutes: 0 }
  return { keyFile: makeKeyFile(folder, 'clerk', writeCredential(folder, 'clerk', credential), pin), settings, isDark: name === 'dark' }
}

async function day(name: string, kills: readonly string[], { trace, at = office }: { trace?: string; at?: typeof office } = {}) {
  const folder = path.join(suite.folder, name.replaceAll(/\W+/g, '-'))
  mkdirSync(folder)
  const lived = await new OfficeDay({ folder, ...at, pin, documents: 3, eventful: true, kills, ...(trace === undefined ? {} : { trace }) }).run((day) => {
    expectWhole(day)
    expectValid(folder, day, [...day.signed.keys()])
    expectNoPinIn(folder)
  })
  rmSync(folder, { recursive: true })
  return lived.killed
}

/**
 * Each point once, in as few days as they can be had: a day's agent is killed at the first of them that it passes, its successor at the
 * first of those left, until a day ends. What no day came to fails.
 */
async function killAtEach(name: string, points: readonly string[], at = office): Promise<void> {
  for (let left = [...points], days = 1; left.length > 0; days++) {
    const killed = await day(`${name} ${days}`, left, { at })
    expect(killed, `never passed: ${left.join(', ')}`).not.toEqual([])
    left = left.filter((point) => !killed.includes(point))
  }
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
    await day('whole', [], { trace })
    const passed = readTrace(trace)
    expect([...new Set(passed.map((point) => point.replace(/^(before|after) /, '')))].sort()).toEqual(namesOf(killPoints))
  })
})

describe('the list of kill points of a dark day', () => {
  it('is what else the agent passes then', async () => {
    const trace = path.join(suite.folder, 'dark-trace')
    await day('whole-dark', [], { trace, at: darkOffice })
    const passed = [...new Set(readTrace(trace).map((point) => point.replace(/^(before|after) /, '')))]
    expect(passed.filter((name) => !namesOf(killPoints).includes(name)).sort()).toEqual(namesOf(darkPoints))
  })
})

describe('killed before and after each, in turn: nothing is lost, nothing is finished twice', () => {
  const cases = killPoints.flatMap((point) => [`before ${point}`, `after ${point}`])
  it.concurrent.each(lanes)('every fourth point, from %s', async (lane) => {
    await killAtEach(`lane ${lane}`, cases.filter((_, index) => index % lanes.length === lane))
  })

  it.concurrent('on a day on which no authority answers', () => killAtEach('dark', darkPoints.flatMap((point) => [`before ${point}`, `after ${point}`]), darkOffice))

  it.concurrent.each(pointsOfRestart.flatMap((point) => [`before ${point}`, `after ${point}`]))('and killed again while it starts, %s', async (point) => {
    const first = 'after write signed#2'
    expect(await day(point, [first, point])).toEqual([first, point])
  })
})
