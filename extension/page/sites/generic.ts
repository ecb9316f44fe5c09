/** What column headings are called, without marks and in lower case; the first that fits wins. */
export const headings = {
  arrivalNumber: /^(so den|so vao so)\b/,
  arrivalDate: /^(ngay den|ngay nhan|ngay vao so)\b/,
  number: /^(so|so,? ?ky hieu|so (va )?ky hieu|so\/ky hieu|so van ban|ky hieu|document (no|number))\b/,
  date: /^(ngay|thoi gian|date)\b/,
  secrecy: /^(do mat|muc do mat|mat\b)/,
  state: /^(trang thai|tinh trang|status|state)\b/,
  title: /^(trich yeu|noi dung|tieu de|ten van ban|ve viec|subject|title)\b/,
} as const

/** Addresses that hand out files without saying so. */
export const fileAddress = /(get|down|view|xem|tai|mo|doc)[-_]?(load)?[-_]?(file|tep|attach|dinh[-_]?kem)|download|tai[-_]?(ve|xuong|tep)|dinh[-_]?kem|attachments?|filehandler/i

/** "12/QĐ-UBND", "1234/2026/NĐ-CP". */
export const documentNumber = /\b\d{1,6}(?:\/\d{4})?\/[\p{Lu}\d][\p{Lu}\d-]*/u

export const dateText = /\b(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|1[0-2])[/.-](19|20)\d{2}\b/
