import type { Language } from './errors.ts'

/** What the agent's own windows say: the PIN window and the pairing window. */
interface AgentWindowTexts {
  pinTitle: string
  pinPrompt: string
  ok: string
  cancel: string
  site: (site: string) => string
  count: (count: number) => string
  remaining: (count: number, total: number) => string
  more: (count: number) => string
  certificate: (holder: string, organisation: string) => string
  shortCode: (code: string) => string
  pairingTitle: string
  pairing: (browser: string, digits: string) => string
  pairingOk: string
  pairingCancel: string
}

export const agentWindowTexts: Record<Language, AgentWindowTexts> = {
  vi: {
    pinTitle: 'Ấn Tín: nhập mã PIN để ký',
    pinPrompt: 'Mã PIN',
    ok: 'Ký',
    cancel: 'Hủy',
    site: (site) => `Trang yêu cầu: ${site}`,
    count: (count) => `Số văn bản sẽ ký: ${count}`,
    remaining: (count, total) => `Số văn bản sẽ ký: còn ${count} trong ${total}`,
    more: (count) => `… và ${count} văn bản nữa`,
    certificate: (holder, organisation) => `Chứng thư: ${holder}${organisation ? `, ${organisation}` : ''}`,
    shortCode: (code) => `Mã đối chiếu: ${code}`,
    pairingTitle: 'Ấn Tín: ghép nối trình duyệt',
    pairing: (browser, digits) =>
      `Trình duyệt “${browser}” xin ghép nối với chương trình ký.\n\n${digits.slice(0, 3)} ${digits.slice(3)}\n\n` +
      'Chỉ bấm Giống nhau nếu cửa sổ của tiện ích Ấn Tín trong trình duyệt đang hiện đúng sáu chữ số này.',
    pairingOk: 'Giống nhau',
    pairingCancel: 'Không phải',
  },
  en: {
    pinTitle: 'Ấn Tín: type the PIN to sign',
    pinPrompt: 'PIN',
    ok: 'Sign',
    cancel: 'Cancel',
    site: (site) => `Asked for by: ${site}`,
    count: (count) => `Documents to sign: ${count}`,
    remaining: (count, total) => `Documents to sign: ${count} left of ${total}`,
    more: (count) => `… and ${count} more`,
    certificate: (holder, organisation) => `Certificate: ${holder}${organisation ? `, ${organisation}` : ''}`,
    shortCode: (code) => `Code to compare: ${code}`,
    pairingTitle: 'Ấn Tín: pair a browser',
    pairing: (browser, digits) =>
      `The browser “${browser}” asks to be paired with the signing program.\n\n${digits.slice(0, 3)} ${digits.slice(3)}\n\n` +
      'Press The same only if the Ấn Tín extension in the browser shows exactly these six digits.',
    pairingOk: 'The same',
    pairingCancel: 'No',
  },
}
