// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { ActDetailsFields, detailsOf, isComplete, type ActDetails } from '../../../extension/ui/act-details.tsx'
import { Popup } from '../../../extension/ui/popup.tsx'
import type { View } from '../../../shared/messages/view.ts'
import { agency, expired, personal, site, view, viewOfPage } from '../../fixtures/views.ts'
import { chooseAct, mount, type Mounted } from './mount.tsx'

const act = { view, site, certificate: agency, given: {} } as const

async function issuing(rest: Partial<View> = {}): Promise<Mounted> {
  const popup = await mount((on) => <Popup view={viewOfPage(2, rest)} tabId={7} answer={undefined} now={0} on={on} />)
  await chooseAct(popup, 'issue')
  await popup.act(() => popup.all<HTMLInputElement>('.choose-all input')[0]?.click())
  return popup
}

const ownChoice = (popup: Mounted) => popup.all<HTMLSelectElement>('.act-details select')[0]

test('the registrar may number and date with a key of their own, and is told that two PINs follow', async () => {
  const popup = await issuing()
  const choice = ownChoice(popup)
  expect(choice?.value).toBe('')
  expect(popup.text()).not.toContain('được hỏi hai lần')
  await popup.act(() => {
    if (choice) choice.value = personal.sha256
    choice?.dispatchEvent(new Event('change', { bubbles: true }))
  })
  expect(popup.text()).toContain('được hỏi hai lần')
  await popup.act(() => popup.button('Xem và ký 2 văn bản đã chọn').click())
  expect(popup.told).toEqual([['send', { kind: 'sign', tabId: 7, keys: ['row-0', 'row-1'], certificateSha256: agency.sha256, profile: 'issue', ownCertificateSha256: personal.sha256 }]])
})

test('only keys that can sign today and are no agency’s are offered, and none beside a personal key', async () => {
  expect(ownChoice(await issuing({ certificates: [agency, expired] }))).toBeUndefined()
  expect(ownChoice(await issuing({ certificates: [agency, { ...agency, sha256: 'd4'.repeat(32) }] }))).toBeUndefined()
  expect(ownChoice(await issuing({ certificates: [personal] }))).toBeUndefined()
})

test('what was chosen on this site last is proposed there, unless the clerk says no or the key is gone', () => {
  const remembered = { ...view, lastDetails: { [site]: { ownCertificateSha256: personal.sha256, copyForm: 'extract' as const } } }
  expect(detailsOf({ ...act, view: remembered, profile: 'issue' })).toEqual({ ownCertificateSha256: personal.sha256 })
  expect(detailsOf({ ...act, view: remembered, profile: 'copy' })).toEqual({ copyForm: 'extract' })
  expect(detailsOf({ ...act, view: remembered, profile: 'approve' })).toEqual({})
  expect(detailsOf({ ...act, view: remembered, profile: 'issue', given: { ownCertificateSha256: '' } })).toEqual({})
  expect(detailsOf({ ...act, view: { ...remembered, certificates: [agency] }, profile: 'issue' })).toEqual({})
  expect(detailsOf({ ...act, view: remembered, site: 'https://other.gov.vn', profile: 'copy' })).toEqual({ copyForm: 'full' })
})

test('a comment needs its words, and blanks are none', () => {
  const given = (comment: string): ActDetails => detailsOf({ ...act, profile: 'comment', given: { comment, copyForm: 'full' } })
  expect(given('  Đồng ý. ')).toEqual({ comment: 'Đồng ý.' })
  expect(isComplete('comment', given(' \n '))).toBe(false)
  expect(isComplete('comment', given('Đồng ý.'))).toBe(true)
})

test('each act shows what belongs to it', async () => {
  const shown = async (profile: 'approve' | 'copy' | 'comment') => mount(() => <ActDetailsFields {...act} profile={profile} onGive={() => undefined} />)
  expect((await shown('copy')).all('option').map(({ textContent }) => textContent)).toEqual(['Sao y', 'Sao lục', 'Trích sao'])
  expect((await shown('comment')).all('textarea')).toHaveLength(1)
  expect((await shown('approve')).text()).toBe('')
})
