import type { Language } from './errors.ts'

/** What the agent's own windows say: the PIN window and the pairing window. */
export interface AgentWindowTexts {
  pinTitle: string
  pinPrompt: string
  ok: string
  cancel: string
  site: (site: string) => string
  /** Instead of a site. */
  filesOfPc: string
  count: (count: number) => string
  remaining: (count: number, total: number) => string
  more: (count: number) => string
  certificate: (holder: string, organisation: string) => string
  /** A batch of two keys: which one this window unlocks. */
  ownKeyOfTwo: string
  sealKeyOfTwo: string
  shortCode: (code: string) => string
  imageTitle: string
  imageUses: { signature: string; seal: string; initials: string }
  importImage: (use: string, holder: string) => string
  removeImage: (use: string, holder: string) => string
  imageOk: string
  lockWarning: (token: string) => string
  lockWarningOk: string
  oneTryLeft: string
  pairingTitle: string
  pairing: (browser: string, extension: string, digits: string) => string
  /** The extension by its id, as we publish it. */
  ownExtension: (id: string) => string
  /** One that the settings of this PC add. */
  addedExtension: (id: string) => string
  firefoxProfile: (uuid: string) => string
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
    filesOfPc: 'Tệp trên máy này, do bạn chọn trong tiện ích Ấn Tín',
    count: (count) => `Số văn bản sẽ ký: ${count}`,
    remaining: (count, total) => `Số văn bản sẽ ký: còn ${count} trong ${total}`,
    more: (count) => `… và ${count} văn bản nữa`,
    certificate: (holder, organisation) => `Chứng thư: ${holder}${organisation ? `, ${organisation}` : ''}`,
    ownKeyOfTwo: 'Khóa 1 trong 2: của văn thư, ký số và ngày, tháng',
    sealKeyOfTwo: 'Khóa 2 trong 2: của cơ quan, đóng dấu',
    shortCode: (code) => `Mã đối chiếu: ${code}`,
    imageTitle: 'Ấn Tín: ảnh hiện trên văn bản',
    imageUses: { signature: 'ảnh chữ ký', seal: 'ảnh con dấu', initials: 'ảnh ký nháy' },
    importImage: (use, holder) => `Từ nay dùng ${use} mới trên văn bản ký bằng chứng thư của ${holder}.\n\nChỉ đồng ý nếu chính bạn vừa chọn tệp ảnh trong phần Cài đặt.`,
    removeImage: (use, holder) => `Bỏ ${use} của ${holder}.\n\nChỉ đồng ý nếu chính bạn vừa bấm bỏ ảnh trong phần Cài đặt.`,
    imageOk: 'Đồng ý',
    lockWarning: (token) =>
      `Những lần nhập mã PIN gần đây cho USB ký số “${token}” đều không thành công.\n\n` +
      'Nếu lần sau lại sai, USB có thể bị khóa, và chỉ nơi cấp mới mở khóa được.\n\n' +
      'Chỉ bấm Nhập mã PIN nếu anh/chị chắc chắn nhớ đúng mã PIN.',
    lockWarningOk: 'Nhập mã PIN',
    oneTryLeft: 'Chỉ còn 1 lần thử: nếu sai, USB sẽ bị khóa.',
    pairingTitle: 'Ấn Tín: ghép nối trình duyệt',
    pairing: (browser, extension, digits) =>
      `Trình duyệt tự xưng “${browser}” xin ghép nối với chương trình ký.\n${extension}\n\n${digits.slice(0, 3)} ${digits.slice(3)}\n\n` +
      'Chỉ bấm Giống nhau nếu chính bạn vừa bấm Ghép nối và cửa sổ của tiện ích Ấn Tín trong trình duyệt đang hiện đúng sáu chữ số này.',
    ownExtension: (id) => `Tiện ích: Ấn Tín (${id})`,
    addedExtension: (id) => `Tiện ích do cài đặt của máy này cho phép: ${id}`,
    firefoxProfile: (uuid) => `Tiện ích trong hồ sơ Firefox: ${uuid}`,
    pairingOk: 'Giống nhau',
    pairingCancel: 'Không phải',
  },
  en: {
    pinTitle: 'Ấn Tín: type the PIN to sign',
    pinPrompt: 'PIN',
    ok: 'Sign',
    cancel: 'Cancel',
    site: (site) => `Asked for by: ${site}`,
    filesOfPc: 'Files of this PC, chosen by you in the Ấn Tín extension',
    count: (count) => `Documents to sign: ${count}`,
    remaining: (count, total) => `Documents to sign: ${count} left of ${total}`,
    more: (count) => `… and ${count} more`,
    certificate: (holder, organisation) => `Certificate: ${holder}${organisation ? `, ${organisation}` : ''}`,
    ownKeyOfTwo: 'Key 1 of 2: the registrar’s own, for number and date',
    sealKeyOfTwo: 'Key 2 of 2: the agency’s, for the seal',
    shortCode: (code) => `Code to compare: ${code}`,
    imageTitle: 'Ấn Tín: a picture that documents show',
    imageUses: { signature: 'picture of the signature', seal: 'picture of the seal', initials: 'picture of the initials' },
    importImage: (use, holder) => `From now on documents signed with the certificate of ${holder} show the new ${use}.\n\nAgree only if you yourself have just chosen the file in the settings.`,
    removeImage: (use, holder) => `The ${use} of ${holder} will be removed.\n\nAgree only if you yourself have just asked for it in the settings.`,
    imageOk: 'Agree',
    lockWarning: (token) =>
      `The last attempts to type the PIN of the token “${token}” did not succeed.\n\n` +
      'If the next one is wrong too, the token may be locked, and only its issuer can unlock it.\n\n' +
      'Press Type the PIN only if you are sure that you remember it.',
    lockWarningOk: 'Type the PIN',
    oneTryLeft: 'Only 1 try is left: if it is wrong, the token will be locked.',
    pairingTitle: 'Ấn Tín: pair a browser',
    pairing: (browser, extension, digits) =>
      `A browser that calls itself “${browser}” asks to be paired with the signing program.\n${extension}\n\n${digits.slice(0, 3)} ${digits.slice(3)}\n\n` +
      'Press The same only if you yourself have just pressed Pair and the Ấn Tín extension in the browser shows exactly these six digits.',
    ownExtension: (id) => `Extension: Ấn Tín (${id})`,
    addedExtension: (id) => `Extension that the settings of this PC allow: ${id}`,
    firefoxProfile: (uuid) => `Extension in the Firefox profile: ${uuid}`,
    pairingOk: 'The same',
    pairingCancel: 'No',
  },
}
