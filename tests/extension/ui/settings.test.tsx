// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import { Options } from '../../../extension/ui/options.tsx'
import { originOf } from '../../../extension/ui/site-form.tsx'
import { testDocument, testDocumentName } from '../../../extension/ui/test-document.ts'
import { Welcome } from '../../../extension/ui/welcome.tsx'
import type { View } from '../../../shared/messages/view.ts'
import { agency, batch, batchDocument, expired, personal, view } from '../../fixtures/views.ts'
import { keptPictures } from './kept-pictures.ts'
import { mount, type Mounted } from './mount.tsx'

async function allow(window: Mounted, address: string): Promise<void> {
  const [field] = window.all<HTMLInputElement>('.site-form input')
  if (!field) throw new Error('no field for the address')
  await window.act(() => {
    field.value = address
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
  await window.act(() => window.button('Cho phép').click())
}

describe('options', () => {
  const show = () => mount((on) => <Options view={view} version="0.1.0" pictures={keptPictures} on={on} />)

  test('the language is chosen', async () => {
    const options = await show()
    await options.act(() => options.all<HTMLInputElement>('input[value=en]')[0]?.click())
    expect(options.told).toEqual([['send', { kind: 'set-language', language: 'en' }]])
  })

  test('what the office has fixed is shown as fixed', async () => {
    const options = await mount((on) => <Options view={{ ...view, fixed: { language: true, agentPort: 27_190 } }} version="0.1.0" pictures={keptPictures} on={on} />)
    expect(options.all<HTMLFieldSetElement>('fieldset')[0]?.disabled).toBe(true)
    expect(options.text()).toContain('Cổng 27190')
    // Language, port and one site.
    expect(options.text().split('Do cơ quan quy định')).toHaveLength(4)
  })

  test('where the office decides the sites, no address can be typed: it is said, and what the browser has not opened yet can be allowed', async () => {
    const fixed = { sites: ['https://qlvb.anphu.gov.vn', 'https://vanban.songlam.gov.vn'] }
    const sites = [{ origin: 'https://qlvb.anphu.gov.vn', name: 'qlvb.anphu.gov.vn', byPolicy: true }]
    const options = await mount((on) => <Options view={{ ...view, fixed, sites }} version="0.1.0" pictures={keptPictures} on={on} />)
    expect(options.all('.site-form')).toEqual([])
    expect(options.text()).toContain('Cơ quan quy định danh sách này')
    await options.act(() => options.button('Cho phép https://vanban.songlam.gov.vn').click())
    expect(options.told).toEqual([['allowSite', 'https://vanban.songlam.gov.vn']])
    expect((await show()).all('.site-form')).toHaveLength(1)
    expect((await show()).text()).not.toContain('Cơ quan quy định danh sách này')
  })

  test('while the token is being read, nobody is told to plug it in', async () => {
    for (const reading of [{ readingTokens: true }, { certificatesKnown: false }]) {
      const options = await mount((on) => <Options view={{ ...view, certificates: [], ...reading }} version="0.1.0" pictures={keptPictures} on={on} />)
      expect(options.text()).toContain('Đang đọc USB ký số…')
      expect(options.text()).not.toContain('Cắm USB ký số')
    }
    expect((await mount((on) => <Options view={{ ...view, certificates: [] }} version="0.1.0" pictures={keptPictures} on={on} />)).text()).toContain('Cắm USB ký số')
  })

  test('browsers are listed, this one first, and each can be taken off the list', async () => {
    const options = await show()
    expect(options.text()).toContain('Chrome (trình duyệt này)')
    await options.act(() => options.button('Gỡ ghép nối Firefox').click())
    await options.act(() => options.button('Gỡ ghép nối Chrome').click())
    const [, other] = view.pairings ?? []
    expect(options.told).toEqual([['send', { kind: 'revoke-pairing', pairingId: other?.pairingId }], ['send', { kind: 'unpair' }]])
  })

  test('a site of the clerk can be removed, one of the office cannot', async () => {
    const options = await show()
    expect(options.text()).toContain('Do cơ quan quy định')
    await options.act(() => options.button('Xóa https://vanban.hoabinhminh.vn').click())
    expect(options.told).toEqual([['send', { kind: 'remove-site', origin: 'https://vanban.hoabinhminh.vn' }]])
  })

  test('a site is allowed by its address, and a wrong one is said at once', async () => {
    const options = await show()
    await allow(options, 'không phải địa chỉ')
    expect(options.all('[role=alert]')[0]?.textContent).toContain('Địa chỉ chưa đúng')
    await allow(options, ' qlvb.tinh.gov.vn/van-ban/di?trang=2 ')
    expect(options.told).toEqual([['allowSite', 'https://qlvb.tinh.gov.vn']])
  })
})

test.each([
  ['https://qlvb.tinh.gov.vn/x', 'https://qlvb.tinh.gov.vn'],
  ['http://10.1.2.3:8080', 'http://10.1.2.3:8080'],
  ['qlvb.tinh.gov.vn', 'https://qlvb.tinh.gov.vn'],
  ['file:///etc/passwd', undefined],
  ['javascript:alert(1)', undefined],
  ['https://*.gov.vn', undefined],
  ['', undefined],
])('the origin of %s is %s', (address, origin) => {
  expect(originOf(address)).toBe(origin)
})

describe('welcome', () => {
  const first: Partial<View> = { certificates: [], sites: [] }
  const down = (code: 'agent-unreachable' | 'pairing-refused'): Partial<View> => ({ link: { state: 'down', refusal: { code, facts: {} } } })
  const cases: [string, Partial<View>, number, string, string][] = [
    ['the agent does not answer', { ...first, ...down('agent-unreachable') }, 1, 'Thử lại', 'refresh'],
    ['not paired', { ...first, link: { state: 'unpaired' } }, 2, 'Ghép nối', 'pair'],
    ['pairing was refused', { ...first, ...down('pairing-refused') }, 2, 'Ghép nối', 'pair'],
    ['no token', first, 3, 'Thử lại', 'refresh'],
    ['only an expired certificate', { ...first, certificates: [expired] }, 3, 'Thử lại', 'refresh'],
  ]
  test.each(cases)('%s: step %#', async (_, rest, place, words, kind) => {
    const welcome = await mount((on) => <Welcome view={{ ...view, ...rest }} now={0} on={on} />)
    expect(welcome.all('[aria-current=step] .step-place')[0]?.textContent).toBe(String(place))
    await welcome.act(() => welcome.button(words).click())
    expect(welcome.told).toEqual([['send', { kind }]])
  })

  test('the last step asks for the site, and then all is ready', async () => {
    const welcome = await mount((on) => <Welcome view={{ ...view, sites: [] }} now={0} on={on} />)
    await allow(welcome, 'https://qlvb.anphu.gov.vn/dang-nhap')
    expect(welcome.told).toEqual([['allowSite', 'https://qlvb.anphu.gov.vn']])
    expect((await mount((on) => <Welcome view={view} now={0} on={on} />)).text()).toContain('Mọi thứ đã sẵn sàng')
  })

  describe('a test signature', () => {
    const tried = (rest: Partial<View['batches'][0]>, state: 'delivered' | 'checked' | 'received') =>
      ({ ...view, batches: [batch([batchDocument(0, { name: testDocumentName, state })], { certificate: personal, ...rest })] })
    const show = (shown: View) => mount((on) => <Welcome view={shown} now={Date.UTC(2026, 10, 24)} on={on} />)

    test('one click hands over a page that says what it is, with the person’s own certificate', async () => {
      const welcome = await show(view)
      await welcome.act(() => welcome.button('Ký thử').click())
      expect(welcome.told).toEqual([['signFiles', [expect.objectContaining({ name: testDocumentName })]]])
      expect(await testDocument(new Date(0)).text()).toContain('no legal effect')
    })

    test('who signed is said, and it can be tried again', async () => {
      const welcome = await show(tried({ state: 'done' }, 'delivered'))
      expect(welcome.text()).toContain(`Ký thử thành công bằng chứng thư của ${personal.holder}`)
      expect(welcome.button('Ký thử lần nữa').disabled).toBe(false)
    })

    test('under way it leads to the review, and a refusal is said', async () => {
      const open = await show(tried({ state: 'offered' }, 'received'))
      await open.act(() => open.button('Xem và ký').click())
      expect(open.told).toEqual([['openBatch', tried({}, 'received').batches[0]?.batchId]])
      const stopped = await show(tried({ state: 'stopped', refusal: { code: 'batch-busy', facts: {} } }, 'received'))
      expect(stopped.all('[role=alert]')).toHaveLength(1)
    })

    test('the clerk can choose there that the PIN is asked for at once', async () => {
      const welcome = await show({ ...view, certificates: [agency] })
      await welcome.act(() => welcome.all<HTMLInputElement>('input[type=checkbox]')[0]?.click())
      expect(welcome.told).toEqual([['send', { kind: 'set-pin-at-once', pinAtOnce: true }]])
    })
  })
})
