// Long, and it should be: one row per driver software, and the rows are data.

/** Raised with every change of the rows, and shown by `antin doctor`. */
export const catalogueVersion = 1

export type CataloguePlatform = 'win32' | 'linux' | 'darwin'

/**
 * What is known to go wrong, each with a sentence in shared/text/doctor.ts.
 *
 * `shell-beside`   `X_s.dll` or `X_csp.dll` beside `X.dll` is the shell for Windows itself and no PKCS#11 module
 * `only-this`      no general driver reads these tokens: OpenSC does not know their applet
 * `slow-start`     needs up to two seconds before it answers for the first time
 * `only-32-bit`    published for 32-bit programs alone on Linux
 * `only-intel`     published for Intel processors alone on macOS
 */
export type Quirk = 'shell-beside' | 'only-this' | 'slow-start' | 'only-32-bit' | 'only-intel'

/** One driver software: the PKCS#11 modules that it installs. */
export interface CatalogueDriver {
  name: string
  /** Who wrote the software, where that is known. */
  maker: string
  /** Whose certificates are delivered on such tokens; empty for software that any authority may use. */
  authorities: readonly string[]
  /** File names, the newest first. */
  files: Partial<Record<CataloguePlatform, readonly string[]>>
  /** Folders of its own, searched before the usual ones. */
  folders?: Partial<Record<CataloguePlatform, readonly string[]>>
  quirks: readonly Quirk[]
}

/** Where drivers lie that have no folder of their own. The 32-bit folder of Windows is searched to say what is wrong. */
export const usualFolders: Record<CataloguePlatform, readonly string[]> = {
  win32: ['%SystemRoot%/System32', '%SystemRoot%/SysWOW64'],
  linux: ['/usr/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64', '/usr/lib/pkcs11'],
  darwin: ['/usr/local/lib', '/usr/lib'],
}

/** Most authorities deliver this maker's driver under a name of their own, and any of those may read the token of another. */
const feitian = 'Feitian (EnterSafe)'

/**
 * The drivers met in Viet Nam, in the order in which they are tried: those of one authority before those that any may
 * use. File names come from the authorities' installers and from programs of the field that look for the same files.
 */
export const catalogue: readonly CatalogueDriver[] = [
  {
    name: 'VGCA (Bit4id)',
    maker: 'Bit4id',
    authorities: ['VGCA'],
    files: { win32: ['bit4xpki.dll'], linux: ['libbit4xpki.so'], darwin: ['libbit4xpki.dylib', 'libbit4ipki.dylib'] },
    folders: {
      win32: ['%ProgramFiles%/Bit4id', '%ProgramFiles%/Bit4id/xpki/bin'],
      linux: ['/usr/lib/bit4id'],
      darwin: ['/System/Library/Bit4id/pkcs11', '/Library/Bit4id/pkcs11'],
    },
    quirks: ['only-this', 'only-intel'],
  },
  {
    name: 'Viettel-CA',
    maker: feitian,
    authorities: ['Viettel-CA'],
    files: {
      win32: [...versions('viettel-ca_v', [6, 5, 4, 3, 2, 1], '.dll'), 'viettel-ca.dll'],
      linux: ['libviettel-ca_v2.so', 'libvsignspkcs11.so'],
      darwin: ['viettel-ca_v6.dylib', 'viettel-ca_v5.dylib', 'viettel-ca_v4.dylib'],
    },
    quirks: ['shell-beside'],
  },
  {
    name: 'VNPT-CA',
    maker: feitian,
    authorities: ['VNPT-CA'],
    files: {
      win32: [...versions('vnptca_p11_v', [10, 9, 8, 7, 6, 5], '.dll'), 'vnptcav2_p11_v8.dll', 'vnpt-ca_csp11.dll', 'vnpt-ca_v34.dll', 'vnpt-ca_v4.dll', 'vnpt-ca_cl_v1.dll'],
    },
    quirks: ['shell-beside'],
  },
  {
    name: 'FPT-CA',
    maker: feitian,
    authorities: ['FPT-CA'],
    files: {
      win32: [...versions('fptca_v', [6, 5, 4, 3], '.dll'), 'fpt-ca_v5.dll', 'fpt-ca_v4.dll', 'fpt-ca.dll', 'fpt-ca-stx.dll'],
      linux: ['fptca_v4.so'],
    },
    quirks: ['shell-beside', 'only-32-bit'],
  },
  {
    name: 'BkavCA',
    maker: 'Bkav',
    authorities: ['BkavCA'],
    files: { win32: ['BkavCAv25.dll', 'BkavCAv2T.dll', 'BkavCAv2S.dll', 'BkavCA.dll', 'bkavcaetoken_p11.dll', 'bkavcaetoken.dll', 'st3csp11.dll'] },
    folders: { win32: ['%ProgramFiles%/Bkav Corporation/BkavCA Token Manager', '%ProgramFiles(x86)%/Bkav Corporation/BkavCA Token Manager'] },
    quirks: [],
  },
  {
    name: 'CA2 (Nacencomm)',
    maker: feitian,
    authorities: ['CA2'],
    files: {
      win32: [
        ...versions('nca_v', [9, 8, 7, 6, 5, 4], '.dll'),
        ...['nca_eps2k3a.dll', 'nca_eps2k2a.dll', 'ncca_csp11_v1.dll', 'CA2CSP11_v2.dll', 'CA2_v34.dll', 'CA2_csp11.dll', 'ca2_ace_csp11.dll'],
      ],
    },
    quirks: ['shell-beside'],
  },
  {
    name: 'SmartSign (Vina-CA)',
    maker: feitian,
    authorities: ['SmartSign'],
    files: { win32: [...versions('Vina-CAv', [10, 9, 8, 7, 6, 5, 4, 3, 2], '.dll'), ...versions('vina-ca_v', [5, 3, 1], '.dll'), 'Vina-CA.dll'] },
    quirks: ['shell-beside'],
  },
  { name: 'Newtel-CA', maker: feitian, authorities: ['Newtel-CA'], files: { win32: ['newca_v4.dll', 'NEWTEL-CA.dll'] }, quirks: [] },
  { name: 'SafeCA', maker: feitian, authorities: ['SafeCA'], files: { win32: ['safe-ca_v2.dll', 'safe-ca_v1.dll', 'safe-ca.dll'] }, quirks: [] },
  { name: 'FastCA', maker: feitian, authorities: ['FastCA'], files: { win32: ['fca_v1.dll'] }, quirks: ['shell-beside'] },
  { name: 'EFY-CA', maker: feitian, authorities: ['EFY-CA'], files: { win32: ['efy-ca_v1.dll'] }, quirks: [] },
  { name: 'MISA-CA', maker: feitian, authorities: ['MISA-CA'], files: { win32: ['misaca_csp11_v2.dll'] }, quirks: [] },
  { name: 'CK-CA', maker: '', authorities: ['CK-CA'], files: { win32: ['CKCA.dll'] }, quirks: [] },
  { name: 'I-CA', maker: feitian, authorities: ['I-CA'], files: { win32: ['ica_csp11_v1.dll'] }, quirks: [] },
  {
    name: 'SafeNet eToken, IDPrime',
    maker: 'Thales (SafeNet)',
    authorities: [],
    files: {
      win32: ['eTPKCS11.dll', 'IDPrimePKCS1164.dll', 'gclib.dll'],
      linux: ['libeTPkcs11.so', 'libeToken.so', 'libIDPrimePKCS11.so'],
      darwin: ['libeTPkcs11.dylib'],
    },
    folders: {
      win32: ['%ProgramFiles%/SafeNet/Authentication/SAC/x64'],
      darwin: ['/Library/Frameworks/eToken.framework/Versions/Current'],
    },
    quirks: [],
  },
  {
    name: 'ePass2003, ePass3003',
    maker: feitian,
    authorities: [],
    files: {
      win32: ['eps2003csp11v2.dll', 'eps2003csp11.dll', 'ShuttleCsp11_3003.dll', 'ngp11v211.dll'],
      linux: ['libcastle_v2.so.1.0.0', 'libcastle.so.1.0.0', 'libcastle.so', 'libshuttle_p11v220.so.1.0.0', 'libshuttle_p11v220.so'],
      darwin: ['libcastle_v2.1.0.0.dylib', 'libcastle.1.0.0.dylib', 'libshuttle_p11v220.dylib', 'eps2003csp11.dylib'],
    },
    quirks: ['shell-beside'],
  },
  {
    name: 'WatchData ProxKey',
    maker: 'WatchData',
    authorities: [],
    files: { win32: ['WDPKCS.dll', 'wdsafe3.dll', 'SignatureP11.dll'], linux: ['libwdpkcs_SignatureP11.so', 'libwdpkcs.so'], darwin: ['libwdpkcs.dylib'] },
    folders: { linux: ['/usr/lib/WatchData/ProxKey/lib', '/usr/lib64/WatchData/ProxKey/lib'] },
    quirks: [],
  },
  { name: 'ACOS5', maker: 'ACS', authorities: [], files: { win32: ['acospkcs11.dll'] }, quirks: [] },
  {
    name: 'Older tokens',
    maker: '',
    authorities: [],
    files: { win32: ['psapkcs.dll', 'ostc1_csp11.dll', 'ostt1_csp11.dll', 'ostt2_csp11.dll', 'ostt3_csp11.dll', 'vdctdcsp11.dll', 'U1000AUTO.dll'] },
    quirks: [],
  },
]

/** Tried after everything else: it reads many cards a little, and some of the above not at all. */
export const openSc: CatalogueDriver = {
  name: 'OpenSC',
  maker: 'OpenSC',
  authorities: [],
  files: { win32: ['opensc-pkcs11.dll'], linux: ['opensc-pkcs11.so'], darwin: ['opensc-pkcs11.so'] },
  folders: {
    win32: ['%ProgramFiles%/OpenSC Project/OpenSC/pkcs11'],
    darwin: ['/Library/OpenSC/lib', '/opt/homebrew/lib'],
  },
  quirks: ['slow-start'],
}

/** The row that a file of this name belongs to, whatever folder it lies in. */
export function driverOf(fileName: string): CatalogueDriver | undefined {
  const wanted = fileName.toLowerCase()
  return [...catalogue, openSc].find(({ files }) => Object.values(files).some((names) => names.some((name) => name.toLowerCase() === wanted)))
}

function versions(stem: string, numbers: readonly number[], ending: string): string[] {
  return numbers.map((number) => `${stem}${number}${ending}`)
}
