import type { Language } from './errors.ts'

/** What `antin tokens` says. */
export const tokenTexts = {
  vi: {
    columns: { token: 'Thiết bị', holder: 'Người ký', organisation: 'Cơ quan', issuer: 'Nơi cấp', validity: 'Hiệu lực', usable: 'Dùng được' },
    usable: 'có',
    notUsable: 'không',
    keyFile: 'tệp khóa',
    none: 'Không thấy USB ký số hay tệp khóa nào có thể ký.',
    nothingNamed: 'Chưa khai báo trình điều khiển hay tệp khóa nào: hãy dùng --token, hoặc ghi vào tệp cài đặt.',
  },
  en: {
    columns: { token: 'Token', holder: 'Holder', organisation: 'Organisation', issuer: 'Issuer', validity: 'Valid', usable: 'Usable' },
    usable: 'yes',
    notUsable: 'no',
    keyFile: 'key file',
    none: 'No token and no key file was found that can sign.',
    nothingNamed: 'No driver and no key file is named: use --token, or name them in the settings.',
  },
} as const satisfies Record<Language, unknown>
