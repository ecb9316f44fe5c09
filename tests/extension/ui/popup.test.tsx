// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import { Popup } from '../../../extension/ui/popup.tsx'
import type { FoundDocument } from '../../../shared/messages/page.ts'
import type { CommandAnswer, LinkView, View } from '../../../shared/messages/view.ts'
import { agency, batchInReview, batchInWork, expired, foundDocument, personal, site, view, viewOfPage } from '../../fixtures/views.ts'
import { silent } from './scenes.tsx'
import { chooseAct, mount, type Mounted } from './mount.tsx'

const show = (shown: View, rest: { tabId?: number | undefined; answer?: CommandAnswer } = {}) =>
  mount((on) => <Popup view={shown} tabId={'tabId' in rest ? rest.tabId : 7} answer={rest.answer} now={0} on={on} />)

const rowBoxes = (popup: Mounted) => popup.all<HTMLInputElement>('.rows input')
const allBox = (popup: Mounted) => {
  const [box] = popup.all<HTMLInputElement>('.choose-all input')
  if (!box) throw new Error('no box for all')
  return box
}
async function type(popup: Mounted, text: string): Promise<void> {
  const [field] = popup.all<HTMLInputElement>('input[type=search]')
  if (!field) throw new Error('no search field')
  await popup.act(() => {
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

describe('a certificate that does not tell whose it is', () => {
  const unknown = { ...personal, role: 'unknown' as const }

  test('is asked about, and signs meanwhile', async () => {
    const popup = await show(viewOfPage(2, { certificates: [unknown] }))
    expect(popup.text()).toContain('Chứng thư này của ai?')
    await popup.act(() => popup.button('Cơ quan').click())
    expect(popup.told).toEqual([['send', { kind: 'role', certificateSha256: personal.sha256, role: 'agency' }]])
    await popup.act(() => allBox(popup).click())
    expect(popup.button('Xem và ký 2 văn bản đã chọn').disabled).toBe(false)
  })

  test('is not asked about once it is known', async () => {
    expect((await show(viewOfPage(2, { certificates: [personal] }))).text()).not.toContain('Chứng thư này của ai?')
  })
})

describe('choosing documents', () => {
  test('all at once, then review and sign', async () => {
    const popup = await show(viewOfPage(24))
    await popup.act(() => allBox(popup).click())
    expect(rowBoxes(popup).every((box) => box.checked)).toBe(true)
    expect(popup.text()).toContain('Đã chọn 24 trên 24')
    await popup.act(() => popup.button('Xem và ký 24 văn bản đã chọn').click())
    expect(popup.told).toEqual([['send', {
      kind: 'sign', tabId: 7, keys: Array.from({ length: 24 }, (_, index) => `row-${index}`), certificateSha256: personal.sha256, profile: 'approve',
    }]])
  })

  test('what the search shows, typed without diacritics', async () => {
    const popup = await show(viewOfPage(24))
    await type(popup, 'chua chay phong')
    expect(rowBoxes(popup)).toHaveLength(3)
    await popup.act(() => allBox(popup).click())
    await type(popup, '')
    expect(rowBoxes(popup).filter((box) => box.checked)).toHaveLength(3)
    expect(allBox(popup).indeterminate).toBe(true)
    expect(popup.button('Xem và ký 3 văn bản đã chọn').disabled).toBe(false)
  })

  test('by state', async () => {
    const popup = await show(viewOfPage(10))
    const [filter] = popup.all<HTMLSelectElement>('.state-filter')
    if (!filter) throw new Error('no filter')
    await popup.act(() => {
      filter.value = 'Đã ký duyệt'
      filter.dispatchEvent(new Event('change', { bubbles: true }))
    })
    expect(rowBoxes(popup)).toHaveLength(2)
  })

  test('those that are not signed, or only in part: an entry of the filter by state', async () => {
    const found = viewOfPage(10)
    const documents = (found.found?.documents ?? []).map((document, index) => ({ ...document, ...(index === 0 ? { batch: 'signed' as const } : index === 1 ? { batch: 'open' as const } : index === 2 ? { secrecy: 'Mật' } : {}) }))
    const popup = await show({ ...found, found: { tabId: 7, site, siteName: '', listed: true, documents } })
    const [filter] = popup.all<HTMLSelectElement>('.state-filter')
    const entry = [...(filter?.options ?? [])].find(({ text }) => text === 'Chưa ký hoặc ký dở')
    if (!filter || !entry) throw new Error('no such entry')
    await popup.act(() => {
      filter.value = entry.value
      filter.dispatchEvent(new Event('change', { bubbles: true }))
    })
    // Signed here, or signed by the list's own words: out. In a batch that is not over, and secret ones: in, to be chosen one by one.
    expect(rowBoxes(popup)).toHaveLength(7)
    expect(popup.text()).not.toContain('Đã ký tại đây')
    expect(popup.text()).toContain('Đang trong lượt ký')
    expect(popup.button('Xem và ký cả 5 văn bản đang hiện').disabled).toBe(false)
    // For the seal, what the leader has signed is half done.
    await chooseAct(popup, 'issue')
    expect(rowBoxes(popup)).toHaveLength(9)
  })

  test('where nothing is signed yet there is no such entry', async () => {
    const popup = await show(viewOfPage(3))
    expect(popup.all('.state-filter option').map(({ textContent }) => textContent)).not.toContain('Chưa ký hoặc ký dở')
  })

  test('documents that left the page are no longer chosen', async () => {
    const popup = await show(viewOfPage(3))
    await popup.act(() => allBox(popup).click())
    await popup.again(<Popup view={viewOfPage(2)} tabId={7} now={0} on={silent} />)
    expect(popup.text()).toContain('Đã chọn 2 trên 2')
  })

  test('by keyboard: one tab stop, arrows move, the search field leads down', async () => {
    const popup = await show(viewOfPage(24))
    const boxes = rowBoxes(popup)
    expect(boxes.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1)
    const [field] = popup.all<HTMLInputElement>('input[type=search]')
    await popup.act(() => void field?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true })))
    expect(document.activeElement).toBe(boxes[0])
    for (const [key, at] of [['ArrowDown', 1], ['End', 23], ['ArrowDown', 23], ['PageUp', 13], ['Home', 0], ['ArrowUp', 0]] as const) {
      await popup.act(() => void document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))
      expect(document.activeElement).toBe(rowBoxes(popup)[at])
      expect(rowBoxes(popup)[at]?.tabIndex).toBe(0)
    }
  })

  test('a refused command is said, and the button works again', async () => {
    const popup = await show(viewOfPage(2))
    await popup.act(() => allBox(popup).click())
    await popup.act(() => popup.button('Xem và ký 2 văn bản đã chọn').click())
    await popup.again(<Popup view={viewOfPage(2)} tabId={7} pending="sign" now={0} on={silent} />)
    expect(popup.button('Đang mở cửa sổ xem lại…').disabled).toBe(true)
    const answer: CommandAnswer = { about: 'sign', refusal: { code: 'batch-busy', facts: {} } }
    await popup.again(<Popup view={viewOfPage(2)} tabId={7} answer={answer} now={0} on={silent} />)
    expect(popup.all('[role=alert]')[0]?.textContent).toContain('USB ký số đang dùng cho một lượt ký khác')
    expect(popup.button('Xem và ký 2 văn bản đã chọn').disabled).toBe(false)
  })
})

describe('where nothing is chosen, the button means all that wait for it', () => {
  const keysSent = (popup: Mounted) => (popup.told.at(-1)?.[1] as { keys: string[] }).keys
  const page = (change: (document: FoundDocument, index: number) => Partial<FoundDocument>): View => {
    const documents = Array.from({ length: 4 }, (_, index) => {
      const { state: _state, ...document } = foundDocument(index)
      return { ...document, ...change(document, index) }
    })
    return viewOfPage(0, { found: { tabId: 7, site, siteName: '', listed: true, documents } })
  }

  test('and says how many; none of them has to be ticked', async () => {
    const popup = await show(page(() => ({})))
    expect(rowBoxes(popup).some((box) => box.checked)).toBe(false)
    expect(popup.text()).not.toContain('Không gồm')
    await popup.act(() => popup.button('Xem và ký cả 4 văn bản').click())
    expect(popup.told).toEqual([['send', { kind: 'sign', tabId: 7, keys: ['row-0', 'row-1', 'row-2', 'row-3'], certificateSha256: personal.sha256, profile: 'approve' }]])
  })

  test('once one is chosen, that one alone; once it is no more, all again', async () => {
    const popup = await show(page(() => ({})))
    await popup.act(() => rowBoxes(popup)[2]?.click())
    await popup.act(() => popup.button('Xem và ký 1 văn bản đã chọn').click())
    expect(keysSent(popup)).toEqual(['row-2'])
    await popup.act(() => rowBoxes(popup)[2]?.click())
    expect(popup.button('Xem và ký cả 4 văn bản').disabled).toBe(false)
  })

  test('what was chosen has left the page: the button means nothing, and never all, until the clerk chooses again', async () => {
    const popup = await show(viewOfPage(3))
    await popup.act(() => rowBoxes(popup)[0]?.click())
    const others = viewOfPage(3).found?.documents.map((document) => ({ ...document, key: `next-${document.key}` })) ?? []
    const next = viewOfPage(3)
    await popup.again(<Popup view={{ ...next, ...(next.found && { found: { ...next.found, documents: others } }) }} tabId={7} now={0} on={silent} />)
    expect(popup.button('Chọn văn bản để ký').disabled).toBe(true)
    await popup.act(() => rowBoxes(popup)[1]?.click())
    expect(popup.button('Xem và ký 1 văn bản đã chọn').disabled).toBe(false)
  })

  test.each<[string, Partial<FoundDocument>, string]>([
    ['a secret one', { secrecy: 'Mật' }, '1 văn bản mật'],
    ['one that is signed', { state: 'Đã ký duyệt' }, '1 đã ký xong'],
    ['one that was signed here', { batch: 'signed' }, '1 đã ký xong'],
    ['one that is in a batch', { batch: 'open' }, '1 đang trong lượt ký'],
    ['one that may be no document', { certainty: 'probable' }, '1 chưa chắc là văn bản'],
  ])('never %s, and that is said; it can still be chosen', async (_, change, words) => {
    const popup = await show(page((_document, index) => (index === 1 ? change : {})))
    expect(popup.text()).toContain(`Không gồm: ${words.replace(' ', '\u00A0')}.`)
    await popup.act(() => popup.button('Xem và ký cả 3 văn bản').click())
    expect(keysSent(popup)).toEqual(['row-0', 'row-2', 'row-3'])
    await popup.act(() => rowBoxes(popup)[1]?.click())
    await popup.act(() => popup.button('Xem và ký 1 văn bản đã chọn').click())
    expect(keysSent(popup)).toEqual(['row-1'])
  })

  test('a row says what this browser knows of it, in the place of what an older page says', async () => {
    const popup = await show(page((_document, index) => ({ state: 'Chờ ký', ...([{ batch: 'open' }, { batch: 'signed' }] as const)[index] })))
    expect(popup.all('.chip').map((chip) => chip.textContent)).toEqual(['Đang trong lượt ký', 'Đã ký tại đây', 'Chờ ký', 'Chờ ký'])
  })

  test('what the search shows, and the button says so', async () => {
    const popup = await show(viewOfPage(24))
    await type(popup, 'chua chay phong')
    await popup.act(() => popup.button('Xem và ký cả 2 văn bản đang hiện').click())
    expect(keysSent(popup)).toEqual(['row-0', 'row-16'])
  })

  test('where the page says what its documents wait for, those that wait for the chosen act', async () => {
    const popup = await show(page((_document, index) => (index < 3 ? { act: index === 0 ? 'issue' : 'approve' } : {})))
    expect(popup.text()).toContain('Không gồm: 2\u00A0không chờ việc này.')
    await popup.act(() => popup.button('Xem và ký cả 2 văn bản').click())
    expect(keysSent(popup)).toEqual(['row-1', 'row-2'])
    await chooseAct(popup, 'copy')
    expect(popup.button('Chọn văn bản để ký').disabled).toBe(true)
    expect(popup.text()).toContain('Không tự chọn văn bản nào: 4\u00A0không chờ việc này.')
  })
})

describe('one next step for each state', () => {
  const links: [LinkView, string, unknown][] = [
    [{ state: 'unpaired' }, 'Ghép nối', { kind: 'pair' }],
    [{ state: 'pairing', digits: '482913', awaits: 'both' }, 'Hai bên giống nhau', { kind: 'digits-agree' }],
    [{ state: 'pairing', digits: '482913', awaits: 'both' }, 'Khác nhau hoặc không thấy cửa sổ', { kind: 'cancel-pairing' }],
    [{ state: 'pairing', digits: '482913', awaits: 'here' }, 'Hai bên giống nhau', { kind: 'digits-agree' }],
    [{ state: 'pairing', digits: '482913', awaits: 'here' }, 'Khác nhau hoặc không thấy cửa sổ', { kind: 'cancel-pairing' }],
    [{ state: 'pairing', digits: '482913', awaits: 'window' }, 'Hủy', { kind: 'cancel-pairing' }],
    [{ state: 'down', refusal: { code: 'pairing-unknown', facts: { port: '27181' } } }, 'Thử lại', { kind: 'refresh' }],
    [{ state: 'down', refusal: { code: 'pairing-unknown', facts: { port: '27181' } } }, 'Ghép nối', { kind: 'pair' }],
    [{ state: 'down', refusal: { code: 'agent-unreachable', facts: {} } }, 'Thử lại', { kind: 'refresh' }],
    [{ state: 'down', refusal: { code: 'pairing-expired', facts: {} } }, 'Ghép nối', { kind: 'pair' }],
  ]
  test.each(links)('link %j', async (link, words, command) => {
    const popup = await show(viewOfPage(3, { link }))
    expect(popup.has('.button.seal')).toBe(false)
    await popup.act(() => popup.button(words).click())
    expect(popup.told).toEqual([['send', command]])
  })

  test('a strange program on the port leaves nothing to press', async () => {
    const popup = await show(viewOfPage(3, { link: { state: 'down', refusal: { code: 'agent-unproven', facts: { port: '27181' } } } }))
    expect(popup.text()).toContain('cổng 27181')
    expect(popup.has('.sign-bar button')).toBe(false)
  })

  test('while pairing, six digits are shown and read one by one', async () => {
    const popup = await show(viewOfPage(3, { link: { state: 'pairing', digits: '482913', awaits: 'both' } }))
    expect(popup.text()).toContain('Một cửa sổ riêng của Ấn Tín phải vừa mở ra')
    expect(popup.all('.digits [aria-hidden]').map(({ textContent }) => textContent)).toEqual(['482', '913'])
    expect(popup.text()).toContain('Sáu chữ số: 4 8 2 9 1 3')
  })

  test('once the clerk has agreed here, what is left is the window, and nothing here agrees again', async () => {
    const popup = await show(viewOfPage(3, { link: { state: 'pairing', digits: '482913', awaits: 'window' } }))
    expect(popup.text()).toContain('bấm “Giống nhau” trong cửa sổ của Ấn Tín')
    expect(popup.has('.step .button.main')).toBe(false)
  })

  test('no token', async () => {
    const popup = await show(viewOfPage(3, { certificates: [] }))
    expect(popup.text()).toContain('Cắm USB ký số')
    await popup.act(() => popup.button('Thử lại').click())
    expect(popup.told).toEqual([['send', { kind: 'refresh' }]])
  })

  test('the certificate has expired', async () => {
    const popup = await show(viewOfPage(3, { certificates: [expired] }))
    await popup.act(() => allBox(popup).click())
    expect(popup.text()).toContain('đã hết hạn ngày 31/10/2026')
    expect(popup.button('Xem và ký 3 văn bản đã chọn').disabled).toBe(true)
  })

  test('a site that is not listed is asked for, and its page is not shown', async () => {
    const popup = await show({ ...view, found: { tabId: 7, site: 'https://vanban.songlam.gov.vn', siteName: 'vanban.songlam.gov.vn', listed: false, documents: [] } })
    await popup.act(() => popup.button('Cho phép trang này').click())
    expect(popup.told).toEqual([['allowSite', 'https://vanban.songlam.gov.vn']])
  })

  test('a site that the office does not name: who decides is said, and no button that could not work is there', async () => {
    const found: View['found'] = { tabId: 7, site: 'https://vanban.songlam.gov.vn', siteName: 'vanban.songlam.gov.vn', listed: false, documents: [] }
    const popup = await show({ ...view, found, fixed: { sites: ['https://qlvb.anphu.gov.vn'] } })
    expect(popup.text()).toContain('Cơ quan chưa cho phép trang này')
    expect(popup.text()).toContain('bộ phận công nghệ thông tin')
    expect(popup.text()).not.toContain('Cho phép trang này')
    // Named by the office, and not opened by the browser yet: that the clerk can do.
    expect((await show({ ...view, found, fixed: { sites: [found.site] } })).button('Cho phép trang này').disabled).toBe(false)
  })

  test('no documents: read the page again', async () => {
    const popup = await show(viewOfPage(0))
    await popup.act(() => popup.button('Đọc lại trang').click())
    expect(popup.told).toEqual([['send', { kind: 'find', tabId: 7 }]])
  })

  test('another tab has been found, not this one', async () => {
    expect((await show(viewOfPage(3), { tabId: 8 })).text()).toContain('Đang đọc trang…')
    expect((await show(viewOfPage(3), { tabId: undefined })).text()).toContain('Trang này không có văn bản để ký')
  })
})

test('the certificate that was last used on this site for the same comes first, unless it cannot sign today', async () => {
  const chosen = async (shown: View) => (await show(shown)).all<HTMLSelectElement>('.certificate-choice select')[0]?.value
  expect(await chosen(viewOfPage(3))).toBe(personal.sha256)
  expect(await chosen(viewOfPage(3, { lastCertificate: { [site]: { approve: agency.sha256 } } }))).toBe(agency.sha256)
  expect(await chosen(viewOfPage(3, { certificates: [expired, agency], lastCertificate: { [site]: { approve: expired.sha256 } } }))).toBe(agency.sha256)
})

test('what is issued carries the seal, unless the clerk chose otherwise there', async () => {
  const chosenToIssue = async (shown: View) => {
    const popup = await show(shown)
    await chooseAct(popup, 'issue')
    return popup.all<HTMLSelectElement>('.certificate-choice select')[0]?.value
  }
  expect(await chosenToIssue(viewOfPage(3))).toBe(agency.sha256)
  expect(await chosenToIssue(viewOfPage(3, { lastCertificate: { [site]: { issue: personal.sha256 } } }))).toBe(personal.sha256)
  expect(await chosenToIssue(viewOfPage(3, { lastCertificate: { [site]: { approve: personal.sha256 } } }))).toBe(agency.sha256)
})

describe('what it is for', () => {
  const act = (popup: Mounted) => popup.all<HTMLSelectElement>('.act-choice select')[0]?.value
  const waiting = (acts: (FoundDocument['act'])[]): View => {
    const documents = acts.map((awaited, index) => ({ ...foundDocument(index), ...(awaited === undefined ? {} : { act: awaited }) }))
    return viewOfPage(0, { found: { tabId: 7, site, siteName: '', listed: true, documents } })
  }

  test.each(['initials', 'comment', 'approve', 'issue', 'appendix', 'copy', 'income'] as const)('%s can be chosen, and is what the batch is opened for', async (chosen) => {
    const popup = await show(viewOfPage(2))
    await popup.act(() => allBox(popup).click())
    await chooseAct(popup, chosen)
    const [words] = popup.all<HTMLTextAreaElement>('textarea')
    await popup.act(() => {
      if (words) words.value = 'Đồng ý.'
      words?.dispatchEvent(new Event('input', { bubbles: true }))
    })
    await popup.act(() => popup.button('Xem và ký 2 văn bản đã chọn').click())
    const details = { copy: { copyForm: 'full' }, comment: { comment: 'Đồng ý.' } }[chosen as string] ?? {}
    expect(popup.told).toEqual([['send', expect.objectContaining({ kind: 'sign', profile: chosen, ...details })]])
  })

  test('the page says it where all documents wait for the same; else the keys do', async () => {
    expect(act(await show(waiting(['issue', 'issue'])))).toBe('issue')
    expect(act(await show(waiting(['issue', undefined])))).toBe('approve')
    expect(act(await show({ ...waiting(['issue', 'approve']), certificates: [agency] }))).toBe('issue')
    expect(act(await show({ ...viewOfPage(2), certificates: [agency, expired] }))).toBe('issue')
  })

  test('chosen documents count alone', async () => {
    const popup = await show(waiting(['approve', 'income']))
    expect(act(popup)).toBe('approve')
    await popup.act(() => rowBoxes(popup)[1]?.click())
    expect(act(popup)).toBe('income')
  })

  test('a key that may not do what the page says is not made to, and what the clerk chose stays', async () => {
    const popup = await show(waiting(['approve', 'approve']))
    const [keys] = popup.all<HTMLSelectElement>('.certificate-choice select')
    await popup.act(() => {
      if (keys) keys.value = agency.sha256
      keys?.dispatchEvent(new Event('change', { bubbles: true }))
    })
    expect(act(popup)).toBe('issue')
    await chooseAct(popup, 'copy')
    await popup.act(() => allBox(popup).click())
    expect(act(popup)).toBe('copy')
  })

  test('a document with its number in the book of arrivals waits for its stamp', async () => {
    const arrived = { ...foundDocument(0), arrivalNumber: '12', arrivalDate: '24/11/2026' }
    expect(act(await show(viewOfPage(0, { found: { tabId: 7, site, siteName: '', listed: true, documents: [arrived] } })))).toBe('income')
  })
})

test('the role of a certificate is said in one word, and an unknown one not at all', async () => {
  const options = async (shown: View) => (await show(shown)).all<HTMLOptionElement>('.certificate-choice option').map(({ textContent }) => textContent)
  const [first = '', second = ''] = await options(viewOfPage(3, { certificates: [personal, agency] }))
  expect(first).toContain(`${personal.holder} · cá nhân · `)
  expect(second).toContain(`${agency.holder} · cơ quan · `)
  expect((await options(viewOfPage(3, { certificates: [{ ...personal, role: 'unknown' }] })))[0]).not.toMatch(/cá nhân|cơ quan/)
})

test('open batches lead on: one in review to its window, one in work to the panel', async () => {
  const review = { ...batchInReview(), batchId: '44444444-4444-4444-8444-444444444444' }
  const popup = await show(viewOfPage(3, { batches: [review, batchInWork()] }))
  await popup.act(() => popup.button('Xem và ký').click())
  await popup.act(() => popup.button('Theo dõi').click())
  expect(popup.told).toEqual([['openBatch', review.batchId], ['openPanel', undefined]])
})
