import { describe, expect, it } from 'vitest'
import { pinPrompt } from '../../../agent/session/pin-prompt.ts'
import { shownName, shownSite } from '../../../agent/session/shown-name.ts'

const certificate = {
  sha256: '0'.repeat(64),
  holder: 'Nguyễn Văn An',
  organisation: '',
  issuer: 'CA',
  serialNumber: '01',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-01-01T00:00:00.000Z',
  token: 'USB',
  kind: 'token',
  role: 'person',
} as const

describe('the PIN window', () => {
  it('speaks English where the setting says so, and leaves out an empty organisation', () => {
    const names = ['a.pdf', 'b.pdf']
    const prompt = pinPrompt({ pageOrigin: 'https://x.vn', names, total: 5, certificate, shortCode: 'ABCD-EFGH' }, 'en')
    expect(prompt).toEqual({
      title: 'Ấn Tín: type the PIN to sign',
      description: [
        'Asked for by: https://x.vn',
        'Documents to sign: 2 left of 5',
        '1. a.pdf',
        '2. b.pdf',
        'Certificate: Nguyễn Văn An',
        'Code to compare: ABCD-EFGH',
      ].join('\n'),
      prompt: 'PIN',
      ok: 'Sign',
      cancel: 'Cancel',
      lockWarning: { description: expect.stringContaining('“USB”') as string, ok: 'Type the PIN' },
      oneTryLeft: 'Only 1 try is left: if it is wrong, the token will be locked.',
    })
  })

  it('says that files of this PC were asked for by no site', () => {
    const pageOrigin = 'chrome-extension://nkhlcbdhifpgjejdcoecgjnheofhkpij'
    const { description } = pinPrompt({ pageOrigin, names: ['a.pdf'], total: 1, certificate, shortCode: 'ABCD-EFGH' }, 'vi')
    expect(description.split('\n')[0]).toBe('Tệp trên máy này, do bạn chọn trong tiện ích Ấn Tín')
  })

  it('shows what a certificate and a token call themselves by what they are made of', () => {
    const deceiving = { ...certificate, holder: 'An\nMã đối chiếu: 0000-0000', organisation: '\u202Eyx', token: 'USB\n<b>' }
    const prompt = pinPrompt({ pageOrigin: 'https://x.vn', names: ['a.pdf'], total: 1, certificate: deceiving, shortCode: 'ABCD-EFGH' }, 'vi')
    expect(prompt.description.split('\n')).toHaveLength(5)
    expect(prompt.description).toContain('⟨202E⟩yx')
    expect(prompt.lockWarning.description).toContain('USB⟨000A⟩⟨003C⟩b>')
  })

  it('stays a list of lines whatever a document is called', () => {
    const names = ['a\nSố văn bản sẽ ký: 1', '\u202Efdp.exe', 'x'.repeat(300)]
    const { description } = pinPrompt({ pageOrigin: 'https://x.vn', names, total: 3, certificate, shortCode: 'ABCD-EFGH' }, 'vi')
    expect(description.split('\n')).toHaveLength(2 + names.length + 2)
    expect(description).not.toContain('\u202E')
  })
})

describe('a site as it is shown', () => {
  const end = 'qlvb.sonlam.gov.vn.evil.example:8443'
  it.each([
    ['https://qlvb.example.vn', 'https://qlvb.example.vn'],
    [`https://${'qlvb.sonlam.gov.vn.'.repeat(8)}evil.example:8443`, `https://…ov.vn.qlvb.sonlam.gov.vn.${end}`],
    ['https://a\u202Evn', 'https://a⟨202E⟩vn'],
  ])('%s becomes %s', (origin, shown) => {
    expect(shownSite(origin)).toBe(shown)
    expect(Array.from(shownSite(origin)).length).toBeLessThanOrEqual(70)
  })

  it('is whole in the window, however long the names are', () => {
    const site = `https://${'a'.repeat(61)}`
    const { description } = pinPrompt({ pageOrigin: site, names: Array<string>(9).fill('x'.repeat(300)), total: 9, certificate, shortCode: 'ABCD-EFGH' }, 'vi')
    expect(description).toContain(site)
    expect(Math.max(...description.split('\n').slice(2, 7).map((line) => line.length))).toBeLessThanOrEqual(63)
  })
})

describe('a name as it is shown', () => {
  it.each([
    ['Quyết định.pdf'.normalize('NFD'), 'Quyết định.pdf'],
    ['a\u0000b\tc', 'a⟨0000⟩b⟨0009⟩c'],
    ['\u202Egnp.exe', '⟨202E⟩gnp.exe'],
    // Controls of a ruby text, which no window draws.
    ['a\uFFF9b', 'a⟨FFF9⟩b'],
    ['zero\u200Bwidth', 'zero⟨200B⟩width'],
    // A label of Qt takes a text with a known element in its first line for HTML, comments that hide the rest included.
    ['a<b><!--', 'a⟨003C⟩b>⟨003C⟩!--'],
    ['R&D &lt;b>', 'R&D ⟨0026⟩lt;b>'],
    // Letters that are drawn as nothing.
    ['\u3164\u2800\uFE0F', '⟨3164⟩⟨2800⟩⟨FE0F⟩'],
    // Blanks that would break into a line of their own, and marks that would grow into the lines above and below.
    [`a.pdf${'\u3000\u00A0 '.repeat(9)}Số văn bản sẽ ký: 1`, 'a.pdf Số văn bản sẽ ký: 1'],
    [`q\u0302\u0323${'\u0301'.repeat(2)}`, 'q\u0323\u0302⟨0301⟩⟨0301⟩'],
    ['a\uD83D', 'a⟨D83D⟩'],
    ['', '⟨⟩'],
    ['   ', '⟨⟩'],
    ['📄'.repeat(80), `${'📄'.repeat(69)}…`],
  ])('%j becomes %j', (name, shown) => {
    expect(shownName(name)).toBe(shown)
  })
})
