// Long, and it should be: one row per sentence of the interface, both languages side by side.
import type { Language } from './errors.ts'

const documents = (count: number) => (count === 1 ? '1 document' : `${count} documents`)
const pages = (count: number) => (count === 1 ? '1 page' : `${count} pages`)
const minutes = (count: number) => (count === 1 ? '1 minute' : `${count} minutes`)

interface Sentence {
  vi: string | ((...values: never[]) => string)
  en: string | ((...values: never[]) => string)
}

const sentences = {
  // names
  product: { vi: 'Ấn Tín', en: 'Ấn Tín' },
  windowPopup: { vi: 'Ấn Tín: văn bản trên trang này', en: 'Ấn Tín: documents of this page' },
  windowSign: { vi: 'Ấn Tín: xem lại và ký', en: 'Ấn Tín: review and sign' },
  windowPanel: { vi: 'Ấn Tín: các lượt ký', en: 'Ấn Tín: batches' },
  windowOptions: { vi: 'Ấn Tín: cài đặt', en: 'Ấn Tín: settings' },
  windowWelcome: { vi: 'Ấn Tín: bắt đầu sử dụng', en: 'Ấn Tín: getting started' },
  profileApprove: { vi: 'Ký duyệt', en: 'Approve' },
  profileIssue: { vi: 'Phát hành', en: 'Issue' },
  profileIncome: { vi: 'Đóng dấu đến', en: 'Arrival stamp' },
  profileAppendix: { vi: 'Ký phụ lục', en: 'Appendix' },
  profileCopy: { vi: 'Sao văn bản', en: 'Copy' },
  profileComment: { vi: 'Góp ý', en: 'Comment' },
  profileInitials: { vi: 'Ký nháy', en: 'Initials' },
  copyFull: { vi: 'Sao y', en: 'Full copy' },
  copyRecopy: { vi: 'Sao lục', en: 'Copy of a copy' },
  copyExtract: { vi: 'Trích sao', en: 'Extract' },

  // words for buttons
  tryAgain: { vi: 'Thử lại', en: 'Try again' },
  tryAllAgain: { vi: (count: number) => `Thử lại cả ${count} văn bản`, en: (count: number) => `Try all ${documents(count)} again` },
  pause: { vi: 'Tạm dừng', en: 'Pause' },
  readBack: { vi: 'Đọc lại để xác nhận', en: 'Read back to confirm' },
  readBackOf: { vi: (name: string) => `Đọc lại để xác nhận: ${name}`, en: (name: string) => `Read back to confirm: ${name}` },
  seen: { vi: 'Đã thấy trong hệ thống', en: 'Seen in the system' },
  seenOf: { vi: (name: string) => `Đã thấy trong hệ thống: ${name}`, en: (name: string) => `Seen in the system: ${name}` },
  saveReceipt: { vi: 'Lưu biên nhận', en: 'Save receipt' },
  skip: { vi: 'Bỏ qua', en: 'Leave out' },
  skipOf: { vi: (name: string) => `Bỏ qua: ${name}`, en: (name: string) => `Leave out: ${name}` },
  signOn: { vi: 'Ký tiếp', en: 'Go on signing' },
  cancel: { vi: 'Hủy', en: 'Cancel' },
  cancelBatch: { vi: 'Hủy lượt ký', en: 'Cancel batch' },
  stopSigning: { vi: 'Dừng ký', en: 'Stop signing' },
  pair: { vi: 'Ghép nối', en: 'Pair' },
  settings: { vi: 'Cài đặt', en: 'Settings' },
  follow: { vi: 'Theo dõi', en: 'Follow' },
  openPanel: { vi: 'Bảng các lượt ký', en: 'Batches panel' },
  openReview: { vi: 'Xem và ký', en: 'Review and sign' },
  openWindow: { vi: 'Mở cửa sổ', en: 'Open window' },
  save: { vi: 'Lưu tệp', en: 'Save file' },
  saveOf: { vi: (name: string) => `Lưu tệp: ${name}`, en: (name: string) => `Save file: ${name}` },
  sendAgain: { vi: 'Gửi lại', en: 'Send again' },
  sendAgainOf: { vi: (name: string) => `Gửi lại: ${name}`, en: (name: string) => `Send again: ${name}` },
  tryAgainOf: { vi: (name: string) => `Thử lại: ${name}`, en: (name: string) => `Try again: ${name}` },
  dismiss: { vi: 'Bỏ khỏi danh sách', en: 'Remove from list' },
  close: { vi: 'Đóng', en: 'Close' },
  remove: { vi: 'Xóa', en: 'Remove' },
  removeOf: { vi: (name: string) => `Xóa ${name}`, en: (name: string) => `Remove ${name}` },
  opening: { vi: 'Đang mở…', en: 'Opening…' },

  // the link to the agent
  linkReady: { vi: 'Sẵn sàng', en: 'Ready' },
  linkConnecting: { vi: 'Đang kết nối', en: 'Connecting' },
  linkUnpaired: { vi: 'Chưa ghép nối', en: 'Not paired' },
  linkPairing: { vi: 'Đang ghép nối', en: 'Pairing' },
  linkDown: { vi: 'Mất kết nối', en: 'No connection' },
  connectingTitle: { vi: 'Đang kết nối chương trình ký', en: 'Connecting to the signing program' },
  connectingText: { vi: 'Thường chỉ mất một giây.', en: 'This usually takes a second.' },
  downTitle: { vi: 'Chưa kết nối được chương trình ký', en: 'The signing program is not connected' },
  unpairedTitle: { vi: 'Ghép nối trình duyệt với chương trình ký', en: 'Pair the browser with the signing program' },
  unpairedText: {
    vi: 'Chỉ làm một lần trên máy này: so sáu chữ số ở đây với cửa sổ của Ấn Tín.',
    en: 'Once on this PC: compare six digits here with the window of Ấn Tín.',
  },
  pairingTitle: { vi: 'So sáu chữ số', en: 'Compare the six digits' },
  pairingText: {
    vi: 'Một cửa sổ riêng của Ấn Tín phải vừa mở ra, có thể nằm sau trình duyệt, và hiện đúng sáu chữ số này. Nếu giống hệt, bấm nút ở cả hai nơi.',
    en: 'A window of Ấn Tín must have opened, perhaps behind the browser, and show exactly these six digits. If they are the same, press the button in both places.',
  },
  pairingAwaitsWindow: {
    vi: 'Còn một việc: bấm “Giống nhau” trong cửa sổ của Ấn Tín.',
    en: 'One thing is left: press “The same” in the window of Ấn Tín.',
  },
  pairingAwaitsAgreement: {
    vi: 'Còn một việc: xác nhận ở đây, nếu chính bạn vừa bấm “Giống nhau” trong cửa sổ của Ấn Tín và ở đó hiện đúng sáu chữ số này.',
    en: 'One thing is left: confirm here, if you yourself pressed “The same” in the window of Ấn Tín and it showed exactly these six digits.',
  },
  digitsAgree: { vi: 'Hai bên giống nhau', en: 'Both are the same' },
  digitsDiffer: { vi: 'Khác nhau hoặc không thấy cửa sổ', en: 'Different, or no window opened' },
  pairingDigits: { vi: (digits: string) => `Sáu chữ số: ${digits}`, en: (digits: string) => `Six digits: ${digits}` },
  agentVersion: { vi: (version: string) => `Chương trình ký phiên bản ${version}`, en: (version: string) => `Signing program, version ${version}` },

  // token and certificate
  tokenTitle: { vi: 'Cắm USB ký số', en: 'Plug in your token' },
  readingTokens: { vi: 'Đang đọc USB ký số…', en: 'Reading your token…' },
  certificate: { vi: 'Chứng thư', en: 'Certificate' },
  certificates: { vi: 'Chứng thư trên máy này', en: 'Certificates on this PC' },
  rolePerson: { vi: 'cá nhân', en: 'personal' },
  roleAgency: { vi: 'cơ quan', en: 'agency' },
  signAndSend: { vi: (count: number) => `Ký và gửi ${count} văn bản`, en: (count: number) => `Sign and send ${documents(count)}` },
  recipients: { vi: (count: number) => `gửi tới ${count} nơi nhận`, en: (count: number) => `to ${count} ${count === 1 ? 'recipient' : 'recipients'}` },
  recipientsUnknown: { vi: 'nơi nhận do hệ thống đặt', en: 'to whom the system says' },
  roleQuestion: { vi: 'Chứng thư này của ai?', en: 'Whose certificate is this?' },
  roleIsPerson: { vi: 'Cá nhân', en: 'A person’s' },
  roleIsAgency: { vi: 'Cơ quan', en: 'The agency’s' },
  certificateUnusable: { vi: 'chưa dùng được', en: 'cannot be used' },
  validTo: { vi: (date: string) => `hết hạn ${date}`, en: (date: string) => `valid to ${date}` },
  signWith: { vi: 'Ký bằng', en: 'Sign with' },
  profile: { vi: 'Mục đích ký', en: 'Purpose' },

  // documents of the page
  readingPage: { vi: 'Đang đọc trang…', en: 'Reading the page…' },
  notListedTitle: { vi: 'Cho phép Ấn Tín đọc trang này?', en: 'Let Ấn Tín read this site?' },
  notListedText: {
    vi: 'Ấn Tín chỉ đọc những trang mà bạn cho phép. Sau khi bấm nút, trình duyệt sẽ hỏi lại một lần.',
    en: 'Ấn Tín reads only the sites that you allow. After the button, the browser asks you once.',
  },
  allowSite: { vi: 'Cho phép trang này', en: 'Allow this site' },
  unreadableTitle: { vi: 'Trang này không có văn bản để ký', en: 'This page has no documents to sign' },
  unreadableText: {
    vi: 'Hãy mở danh sách văn bản trong hệ thống quản lý văn bản, rồi bấm lại biểu tượng Ấn Tín.',
    en: 'Open the list of documents in your document system and press the Ấn Tín icon again.',
  },
  emptyTitle: { vi: 'Không thấy văn bản nào trên trang này', en: 'No documents found on this page' },
  emptyText: {
    vi: 'Hãy mở danh sách văn bản hoặc một văn bản cụ thể. Nếu trang còn đang tải, chờ tải xong rồi đọc lại.',
    en: 'Open a list of documents, or one document. If the page is still loading, wait and read it again.',
  },
  readAgain: { vi: 'Đọc lại trang', en: 'Read page again' },
  teach: { vi: 'Dạy trang này', en: 'Teach this site' },
  teachAgain: { vi: 'Dạy lại trang này', en: 'Teach this site again' },
  foundWrongly: { vi: 'Tìm sai? Dạy trang này', en: 'Wrong? Teach this site' },
  findFurther: { vi: 'Tìm ở cả các trang sau', en: 'Find on the next pages too' },
  readingFurther: { vi: 'Đang đọc các trang sau…', en: 'Reading the next pages…' },
  changedTitle: { vi: 'Trang đã thay đổi', en: 'The page has changed' },
  changedText: {
    vi: (parts: string) => `Không còn thấy ${parts} như trước. Chưa có gì bị mất. Hãy dạy lại trang này; nếu cơ quan quy định cách đọc trang, báo bộ phận CNTT.`,
    en: (parts: string) => `No longer there: ${parts}. Nothing is lost. Teach this site again, or tell the IT desk where your office sets how it is read.`,
  },
  partSite: { vi: 'dấu hiệu nhận ra hệ thống', en: 'the marks of the system' },
  partList: { vi: 'danh sách văn bản', en: 'the list of documents' },
  partRow: { vi: 'các dòng văn bản', en: 'the document rows' },
  partFile: { vi: 'cột tệp', en: 'the file column' },
  partNumber: { vi: 'cột số, ký hiệu', en: 'the number column' },
  partDate: { vi: 'cột ngày', en: 'the date column' },
  partTitle: { vi: 'cột trích yếu', en: 'the subject column' },
  partSecrecy: { vi: 'cột độ mật', en: 'the secrecy column' },
  search: { vi: 'Tìm số, trích yếu, tên tệp', en: 'Find number, subject, file name' },
  filterState: { vi: 'Lọc theo trạng thái', en: 'Filter by state' },
  anyState: { vi: 'Mọi trạng thái', en: 'Any state' },
  documentList: { vi: 'Danh sách văn bản', en: 'List of documents' },
  listKeys: {
    vi: 'Phím mũi tên để chuyển dòng, phím cách để chọn.',
    en: 'Arrow keys move between rows, space chooses.',
  },
  documents: { vi: (count: number) => `${count} văn bản`, en: documents },
  chooseAll: { vi: (count: number) => `Chọn cả ${count} văn bản`, en: (count: number) => `Choose all ${documents(count)}` },
  chosen: {
    vi: (count: number, total: number) => `Đã chọn ${count} trên ${total}`,
    en: (count: number, total: number) => `${count} of ${total} chosen`,
  },
  noMatch: { vi: 'Không có văn bản nào khớp.', en: 'No document matches.' },
  probable: { vi: 'Chưa chắc là văn bản', en: 'May not be a document' },
  reviewAndSign: { vi: (count: number) => `Xem và ký ${count} văn bản`, en: (count: number) => `Review and sign ${documents(count)}` },
  chooseFirst: { vi: 'Chọn văn bản để ký', en: 'Choose documents to sign' },
  preparing: { vi: 'Đang mở cửa sổ xem lại…', en: 'Opening the review window…' },
  openBatches: { vi: 'Lượt ký đang mở', en: 'Open batches' },
  moreBatches: { vi: (count: number) => `và ${count} lượt ký khác`, en: (count: number) => `and ${count} more` },

  // the batch
  batchOpen: { vi: 'Đang chuyển', en: 'Sending' },
  batchOffered: { vi: 'Chờ bạn xem lại', en: 'Waiting for your review' },
  batchApproving: { vi: 'Chờ mã PIN', en: 'Waiting for the PIN' },
  batchSigning: { vi: 'Đang ký', en: 'Signing' },
  batchPaused: { vi: 'Tạm dừng', en: 'Paused' },
  batchAwaitsStamps: { vi: 'Chờ dấu thời gian', en: 'Waiting for time stamps' },
  batchStopped: { vi: 'Đã dừng', en: 'Stopped' },
  batchDone: { vi: 'Đã xong', en: 'Done' },
  batchDoneButSome: { vi: 'Còn việc cần xử lý', en: 'Needs attention' },
  batchCancelled: { vi: 'Đã hủy', en: 'Cancelled' },
  received: {
    vi: (count: number, total: number) => `Đã nhận ${count}/${total}`,
    en: (count: number, total: number) => `${count} of ${total} received`,
  },
  signed: { vi: (count: number, total: number) => `Đã ký ${count}/${total}`, en: (count: number, total: number) => `${count} of ${total} signed` },
  returned: {
    vi: (count: number, total: number) => `Đã trả về ${count}/${total}`,
    en: (count: number, total: number) => `${count} of ${total} returned`,
  },
  sentOn: { vi: (count: number, total: number) => `Đã gửi đi ${count}/${total}`, en: (count: number, total: number) => `${count} of ${total} sent on` },
  left: { vi: (count: number) => `còn ${count}`, en: (count: number) => `${count} left` },
  awaitingStamps: { vi: (count: number) => `${count} chờ dấu thời gian`, en: (count: number) => `${count} waiting for time stamps` },
  minutesLeft: { vi: (count: number) => `khoảng ${count} phút nữa`, en: (count: number) => `about ${minutes(count)}` },
  lessThanMinute: { vi: 'chưa đầy một phút nữa', en: 'less than a minute' },
  failed: { vi: (count: number) => `${count} cần xử lý`, en: (count: number) => `${count} need attention` },
  startedAt: { vi: (time: string) => `bắt đầu ${time}`, en: (time: string) => `started ${time}` },

  // states of a document
  documentOffered: { vi: 'Đang chuyển sang', en: 'On its way' },
  documentReceived: { vi: 'Đã nhận', en: 'Received' },
  documentApproved: { vi: 'Chờ ký', en: 'Waiting to be signed' },
  documentPrepared: { vi: 'Sắp ký', en: 'Next to be signed' },
  documentSigned: { vi: 'Đã ký, đang kiểm tra', en: 'Signed, being checked' },
  documentAwaitsStamp: { vi: 'Đã ký, chờ dấu thời gian', en: 'Signed, waiting for its time stamp' },
  documentStamped: { vi: 'Đã có dấu thời gian, đang kiểm tra', en: 'Time-stamped, being checked' },
  documentChecked: { vi: 'Đã ký, đang trả về', en: 'Signed, being returned' },
  documentKept: { vi: 'Đã ký, chưa trả về được', en: 'Signed, not yet returned' },
  documentReturned: { vi: 'Đã gửi trả, chờ xác nhận', en: 'Returned, to be confirmed' },
  documentExtended: { vi: 'Đã nhận, hệ thống có ghi thêm', en: 'Received; the system has added to it' },
  documentSeen: { vi: 'Đã trả về, bạn đã xác nhận', en: 'Back in the system, by your word' },
  documentUnconfirmed: { vi: 'Đã gửi, chưa xác nhận', en: 'Sent, not confirmed' },
  documentDelivered: { vi: 'Đã trả về hệ thống', en: 'Back in the system' },
  documentSending: { vi: 'Đang gửi tiếp', en: 'Being sent on' },
  documentSent: { vi: 'Đã gửi đi', en: 'Sent on' },
  documentUnsent: { vi: 'Đã trả về, chưa gửi tiếp', en: 'Back, not sent on' },
  documentRefused: { vi: 'Chưa ký được', en: 'Not signed' },

  // the sign window
  signTitleOpen: { vi: 'Đang chuyển văn bản sang chương trình ký', en: 'Sending documents to the signing program' },
  signTitleOffered: { vi: 'Xem lại trước khi ký', en: 'Review before you sign' },
  signTitleApproving: { vi: 'Nhập mã PIN trong cửa sổ của chương trình ký', en: 'Type the PIN in the window of the signing program' },
  signTitleSigning: { vi: 'Đang ký', en: 'Signing' },
  signTitlePaused: { vi: 'Đang tạm dừng ký', en: 'Signing is paused' },
  signTitleAwaitsStamps: { vi: 'Đã ký, chờ dấu thời gian', en: 'Signed, waiting for time stamps' },
  signTitleStopped: { vi: 'Lượt ký đã dừng', en: 'The batch has stopped' },
  signTitleDone: { vi: 'Đã ký xong', en: 'All signed' },
  signTitleDoneButSome: { vi: 'Đã ký xong, trừ vài văn bản', en: 'Signed, except some documents' },
  signTitleNothing: { vi: 'Không có văn bản nào ký được', en: 'None of the documents can be signed' },
  signTitleCancelled: { vi: 'Lượt ký đã hủy', en: 'The batch was cancelled' },
  from: { vi: (site: string) => `từ ${site}`, en: (site: string) => `from ${site}` },
  stampsHeldUp: {
    vi: (count: number) =>
      `Máy chủ cấp dấu thời gian chưa trả lời. ${count} văn bản đã ký được giữ an toàn trên máy này; chương trình ký tự hỏi lại và không cần nhập lại mã PIN.`,
    en: (count: number) =>
      `The time-stamp server does not answer. ${count === 1 ? '1 signed document is' : `${count} signed documents are`} kept safely on this PC; the signing program asks again by itself, and needs no PIN.`,
  },
  stampsAwaited: {
    vi: 'Văn bản đã ký xong, không cần USB ký số nữa. Mỗi văn bản được trả về ngay khi có dấu thời gian.',
    en: 'The documents are signed and the token is no longer needed. Each goes back as soon as it has its time stamp.',
  },
  goUnstamped: {
    vi: (count: number) => `Trả bản không có dấu thời gian (${count})`,
    en: (count: number) => `Return without time stamps (${count})`,
  },
  certificateAsking: {
    vi: 'Đang hỏi nơi cấp chứng thư xem chứng thư còn hiệu lực không…',
    en: 'Asking the issuer whether the certificate is still good…',
  },
  certificateGood: { vi: 'Nơi cấp xác nhận chứng thư còn hiệu lực.', en: 'The issuer says that the certificate is good.' },
  insist: {
    vi: 'Tôi vẫn ký dù chưa biết chứng thư có bị thu hồi hay không; việc này được ghi vào nhật ký.',
    en: 'I sign although it is not known whether the certificate was revoked; this is kept in the journal.',
  },
  readByAgent: {
    vi: 'Danh sách dưới đây do chương trình ký đọc từ chính các tệp, không phải do trang web cung cấp.',
    en: 'The signing program read this list from the files themselves; it does not come from the web page.',
  },
  approvingText: {
    vi: 'Cửa sổ nhập mã PIN đã mở, có thể nằm sau trình duyệt. Mã đối chiếu ở đó phải giống mã ở đây.',
    en: 'The PIN window is open, perhaps behind the browser. The code shown there must equal the code shown here.',
  },
  waitingText: {
    vi: 'Khóa ký đang chờ bạn xác nhận ở nơi khác (trên điện thoại hoặc ở dịch vụ ký). Có thể đóng cửa sổ này; lượt ký tự đi tiếp sau khi xác nhận.',
    en: 'The key waits for you to confirm elsewhere (on the phone or at the signing service). You may close this window; the batch goes on by itself.',
  },
  pausedText: {
    vi: 'Chưa ký thêm văn bản nào cho tới khi bạn bấm Ký tiếp. Trong vòng 5 phút không cần nhập lại mã PIN; sau đó sẽ hỏi lại mã PIN cho phần còn lại.',
    en: 'No further document is signed until you go on. Within 5 minutes no PIN is needed; after that it is asked again for the rest.',
  },
  stayOpen: {
    vi: 'Có thể đóng cửa sổ này, việc ký vẫn tiếp tục. Theo dõi ở bảng các lượt ký.',
    en: 'You may close this window; signing goes on. Follow it in the batches panel.',
  },
  columnFile: { vi: 'Đọc từ tệp', en: 'Read from the file' },
  columnPage: { vi: 'Trang web ghi', en: 'The web page says' },
  columnMarks: { vi: 'Chữ ký đã có và lưu ý', en: 'Signatures and warnings' },
  noNumber: { vi: 'Chưa có số', en: 'No number yet' },
  noSubject: { vi: 'Không đọc được trích yếu', en: 'Subject not readable' },
  notRead: { vi: 'Chưa đọc', en: 'Not read yet' },
  noSignature: { vi: 'Chưa có chữ ký', en: 'No signature' },
  signatureValid: { vi: 'còn giá trị', en: 'valid' },
  signatureInvalid: { vi: 'không còn giá trị', en: 'not valid' },
  pages: { vi: (count: number) => `${count} trang`, en: pages },
  same: { vi: 'Trùng khớp', en: 'Same' },
  notCompared: { vi: 'Không đối chiếu được', en: 'Cannot be compared' },
  differentNumber: { vi: 'Khác số', en: 'Different number' },
  differentSubject: { vi: 'Khác trích yếu', en: 'Different subject' },
  differentName: { vi: 'Khác tên tệp', en: 'Different file name' },
  warningNoText: { vi: 'Bản quét, không có chữ để đọc', en: 'A scan without text' },
  warningSignedByYou: { vi: 'Bạn đã ký văn bản này', en: 'Already signed by you' },
  warningJavascript: { vi: 'Tệp có chứa mã lệnh', en: 'The file contains scripts' },
  warningCertified: { vi: 'Người ký trước đã khóa văn bản', en: 'Locked by an earlier signer' },
  warningPlaceUnsure: { vi: 'Chưa rõ chỗ ký', en: 'No sure place to sign' },
  warningRepaired: { vi: 'Tệp có lỗi nhỏ, vẫn đọc được', en: 'Small faults in the file, still readable' },
  noTextMeans: {
    vi: 'Chương trình không đọc được số và trích yếu để đối chiếu. Hãy tự xem nội dung trước khi ký.',
    en: 'Number and subject could not be read and compared. Read the document yourself before you sign.',
  },
  signedByYouMeans: {
    vi: 'Ký lần nữa sẽ thêm một chữ ký thứ hai của bạn, chữ ký cũ vẫn giữ nguyên.',
    en: 'Signing again adds a second signature of yours; the first one stays as it is.',
  },
  javascriptMeans: {
    vi: 'Mã lệnh có thể làm văn bản hiện khác đi trên máy khác. Ấn Tín không chạy mã lệnh này.',
    en: 'Scripts can make the document look different on another PC. Ấn Tín does not run them.',
  },
  certifiedMeans: {
    vi: 'Người đó chỉ cho phép thêm chữ ký hoặc điền biểu mẫu. Ký được, nhưng không sửa được nội dung nữa.',
    en: 'That signer allows only further signatures or filling in forms. You can sign; the content cannot be changed.',
  },
  placeUnsureMeans: {
    vi: 'Không tìm thấy chắc chắn khối chức vụ và họ tên người ký. Chữ ký sẽ đặt ở chỗ gợi ý: hãy xem lại tệp đã ký.',
    en: 'The title and the name of the signer were not found for certain. The signature goes to a proposed place: look at the signed file.',
  },
  repairedMeans: {
    vi: 'Phần mềm tạo tệp đã ghi sai cấu trúc. Nội dung ở đây là nội dung sẽ được ký.',
    en: 'The program that made the file wrote its structure wrongly. What you see here is what will be signed.',
  },
  moreSignatures: { vi: (count: number) => `và ${count} chữ ký khác`, en: (count: number) => `and ${count} more` },
  showAll: { vi: (count: number) => `Tất cả ${count}`, en: (count: number) => `All ${count}` },
  showDifferent: { vi: (count: number) => `Khác với trang web ${count}`, en: (count: number) => `Different from page ${count}` },
  showWarned: { vi: (count: number) => `Có lưu ý ${count}`, en: (count: number) => `With warnings ${count}` },
  showRefused: { vi: (count: number) => `Chưa ký được ${count}`, en: (count: number) => `Not signed ${count}` },
  showRows: { vi: 'Lọc danh sách', en: 'Filter the list' },
  shortCode: { vi: 'Mã đối chiếu', en: 'Code to compare' },
  shortCodeHint: { vi: 'Cửa sổ nhập mã PIN sẽ hiện đúng mã này.', en: 'The PIN window shows the same code.' },
  differentNotice: {
    vi: (count: number) => `${count} văn bản có nội dung khác với điều trang web ghi. Hãy xem kỹ trước khi ký.`,
    en: (count: number) => `${documents(count)} read differently from what the web page says. Look closely before you sign.`,
  },
  refusedNotice: {
    vi: (count: number) => `${count} văn bản không ký được và sẽ được để lại.`,
    en: (count: number) => `${documents(count)} cannot be signed and will be left out.`,
  },
  sign: { vi: (count: number) => `Ký ${count} văn bản`, en: (count: number) => `Sign ${documents(count)}` },

  // looking at a document before it is signed
  look: { vi: 'Xem', en: 'View' },
  rowKeys: {
    vi: 'Phím mũi tên để chuyển dòng, Enter để xem văn bản.',
    en: 'Arrow keys move between rows, Enter shows the document.',
  },
  preview: { vi: 'Xem văn bản', en: 'View document' },
  previewKeys: {
    vi: 'Mũi tên lên, xuống để cuộn; Page Up, Page Down để chuyển trang; mũi tên trái, phải để chuyển văn bản; dấu cộng, dấu trừ để phóng to, thu nhỏ; Esc để đóng.',
    en: 'Up and down scroll; Page Up and Page Down turn the page; left and right change the document; plus and minus zoom; Escape closes.',
  },
  previewOriginal: { vi: 'Đúng tệp sẽ được ký, lấy từ chương trình ký', en: 'Exactly the file that will be signed, from the signing program' },
  previewSigned: { vi: 'Tệp đã ký, lấy từ chương trình ký', en: 'The signed file, from the signing program' },
  previewOpening: { vi: 'Đang mở văn bản…', en: 'Opening the document…' },
  previewFailed: {
    vi: 'Không hiện được văn bản này ở đây. Việc ký không bị ảnh hưởng. Hãy mở văn bản trong hệ thống quản lý văn bản để đọc trước khi ký.',
    en: 'This document cannot be shown here. Signing is not affected. Open it in your document system and read it before you sign.',
  },
  pageFailed: { vi: (page: number) => `Không vẽ được trang ${page}.`, en: (page: number) => `Page ${page} cannot be drawn.` },
  pageOf: { vi: (page: number, total: number) => `Trang ${page}/${total}`, en: (page: number, total: number) => `Page ${page} of ${total}` },
  pagesOf: { vi: (name: string) => `Các trang của ${name}`, en: (name: string) => `Pages of ${name}` },
  documentOf: {
    vi: (place: number, total: number) => `Văn bản ${place}/${total}`,
    en: (place: number, total: number) => `Document ${place} of ${total}`,
  },
  previousDocument: { vi: 'Văn bản trước', en: 'Previous document' },
  nextDocument: { vi: 'Văn bản sau', en: 'Next document' },
  previousPage: { vi: 'Trang trước', en: 'Previous page' },
  nextPage: { vi: 'Trang sau', en: 'Next page' },
  zoomIn: { vi: 'Phóng to', en: 'Zoom in' },
  zoomOut: { vi: 'Thu nhỏ', en: 'Zoom out' },
  zoomValue: { vi: (percent: number) => `${percent}% bề ngang`, en: (percent: number) => `${percent}% of the width` },
  signaturesAndWarnings: { vi: 'Chữ ký đã có và lưu ý', en: 'Signatures and warnings' },

  // the side panel
  signing: { vi: 'Khi ký', en: 'Signing' },
  pinAtOnce: { vi: 'Hỏi mã PIN ngay khi văn bản đã sẵn sàng', en: 'Ask for the PIN as soon as the documents are ready' },
  pinAtOnceHint: {
    vi: 'Cửa sổ xem lại vẫn mở bên cạnh; chưa nhập mã PIN thì chưa văn bản nào được ký. Nếu có văn bản cần lưu ý, Ấn Tín chờ bạn xem rồi bấm Ký.',
    en: 'The review window stays open beside it, and nothing is signed before the PIN is typed. Where a document wants your eye, Ấn Tín waits until you press Sign.',
  },
  diskTitle: { vi: 'Ký tệp trên máy', en: 'Sign files of this PC' },
  diskHint: {
    vi: 'Kéo tệp PDF hoặc cả thư mục vào đây, hoặc chọn. Tệp đã ký nằm trong thư mục tải xuống, tên có thêm “-signed”.',
    en: 'Drop PDF files or a whole folder here, or choose them. Signed files go to the download folder with “-signed” in their names.',
  },
  chooseFiles: { vi: 'Chọn tệp…', en: 'Choose files…' },
  chooseFolder: { vi: 'Chọn thư mục…', en: 'Choose a folder…' },
  filesPassedOver: {
    vi: (count: number) => `Bỏ qua ${count} tệp không phải PDF.`,
    en: (count: number) => (count === 1 ? '1 file that is no PDF was left out.' : `${count} files that are no PDFs were left out.`),
  },
  clearFiles: { vi: 'Bỏ chọn', en: 'Clear' },
  diskNoToken: { vi: 'Cắm USB ký số để ký các tệp này.', en: 'Plug the token in to sign these files.' },
  panelTitle: { vi: 'Các lượt ký', en: 'Batches' },
  panelEmptyTitle: { vi: 'Chưa có lượt ký nào', en: 'No batches yet' },
  panelEmptyText: {
    vi: 'Mở danh sách văn bản, bấm biểu tượng Ấn Tín và chọn văn bản. Tiến độ sẽ hiện ở đây.',
    en: 'Open a list of documents, press the Ấn Tín icon and choose. Progress appears here.',
  },
  needsYou: { vi: (count: number) => `Cần bạn xử lý (${count})`, en: (count: number) => `Needs you (${count})` },
  otherDocuments: { vi: (count: number) => `Các văn bản khác (${count})`, en: (count: number) => `Other documents (${count})` },
  allDocuments: { vi: (count: number) => `Xem ${count} văn bản`, en: (count: number) => `Show ${documents(count)}` },

  // settings
  optionsTitle: { vi: 'Cài đặt', en: 'Settings' },
  language: { vi: 'Ngôn ngữ', en: 'Language' },
  vietnamese: { vi: 'Tiếng Việt', en: 'Tiếng Việt' },
  english: { vi: 'English', en: 'English' },
  agent: { vi: 'Chương trình ký', en: 'Signing program' },
  pairedBrowsers: { vi: 'Trình duyệt đã ghép nối', en: 'Paired browsers' },
  thisBrowser: { vi: (name: string) => `${name} (trình duyệt này)`, en: (name: string) => `${name} (this browser)` },
  pairedAt: { vi: (time: string) => `ghép nối ${time}, chưa dùng`, en: (time: string) => `paired ${time}, not used yet` },
  pairedAndSeenAt: {
    vi: (paired: string, seen: string) => `ghép nối ${paired}, dùng lần cuối ${seen}`,
    en: (paired: string, seen: string) => `paired ${paired}, last used ${seen}`,
  },
  unpair: { vi: 'Gỡ ghép nối', en: 'Unpair' },
  unpairOf: { vi: (name: string) => `Gỡ ghép nối ${name}`, en: (name: string) => `Unpair ${name}` },
  portByPolicy: { vi: (port: number) => `Cổng ${port}`, en: (port: number) => `Port ${port}` },
  paired: { vi: 'Đã ghép nối với trình duyệt này', en: 'Paired with this browser' },
  sites: { vi: 'Trang được phép', en: 'Allowed sites' },
  sitesText: {
    vi: 'Ấn Tín chỉ tìm văn bản trên những trang này.',
    en: 'Ấn Tín looks for documents on these sites only.',
  },
  sitesEmpty: { vi: 'Chưa có trang nào.', en: 'No sites yet.' },
  byPolicy: { vi: 'Do cơ quan quy định', en: 'Set by your office' },
  siteAddress: { vi: 'Địa chỉ hệ thống văn bản', en: 'Address of the document system' },
  siteAddressHint: { vi: 'Ví dụ: https://qlvb.tinh.gov.vn', en: 'For example: https://qlvb.tinh.gov.vn' },
  siteAddressWrong: {
    vi: 'Địa chỉ chưa đúng. Hãy chép lại từ thanh địa chỉ của trình duyệt, bắt đầu bằng https:// hoặc http://.',
    en: 'That is not an address. Copy it from the address bar; it begins with https:// or http://.',
  },
  addSite: { vi: 'Cho phép', en: 'Allow' },
  descriptors: { vi: 'Cách đọc trang', en: 'How sites are read' },
  descriptorsText: {
    vi: 'Những trang bạn đã dạy, đã nhập từ tệp, hoặc do cơ quan quy định. Muốn dạy một trang: mở trang đó, bấm biểu tượng Ấn Tín rồi chọn Dạy trang này.',
    en: 'Sites that you taught, imported from a file, or that your office set. To teach one, open it, press the Ấn Tín icon and choose Teach this site.',
  },
  descriptorsEmpty: { vi: 'Chưa dạy trang nào.', en: 'No site was taught yet.' },
  descriptorVersion: { vi: (version: number) => `bản ${version}`, en: (version: number) => `version ${version}` },
  showJson: { vi: 'Xem bản mô tả (JSON)', en: 'Show the description (JSON)' },
  jsonOf: { vi: (name: string) => `Bản mô tả của ${name}`, en: (name: string) => `Description of ${name}` },
  exportJson: { vi: 'Xuất ra tệp', en: 'Export' },
  exportOf: { vi: (name: string) => `Xuất ra tệp: ${name}`, en: (name: string) => `Export ${name}` },
  importJson: { vi: 'Nhập bản mô tả từ tệp JSON', en: 'Import a description from a JSON file' },
  builtIn: { vi: (count: number) => `${count} hệ thống có sẵn trong Ấn Tín`, en: (count: number) => `${count} systems that come with Ấn Tín` },
  assumed: { vi: 'Chưa kiểm chứng trên hệ thống thật', en: 'Not yet seen on the real system' },
  about: { vi: 'Giới thiệu', en: 'About' },
  aboutText: {
    vi: 'Ký văn bản bằng USB ký số ngay trên hệ thống quản lý văn bản. Mã PIN chỉ nhập trong cửa sổ của chương trình ký trên máy này, không bao giờ đi qua trình duyệt.',
    en: 'Signs documents with a USB token straight from the document system. The PIN is typed only in the window of the signing program on this PC and never passes through the browser.',
  },
  extensionVersion: { vi: (version: string) => `Phần mở rộng phiên bản ${version}`, en: (version: string) => `Extension, version ${version}` },

  // first run
  welcomeTitle: { vi: 'Bốn bước để bắt đầu ký', en: 'Four steps to your first signature' },
  welcomeText: {
    vi: 'Mỗi bước chỉ làm một lần trên máy này. Trang này tự kiểm tra lại mỗi khi bạn quay về đây.',
    en: 'Each step is done once on this PC. This page checks again whenever you come back to it.',
  },
  stepAgent: { vi: 'Chương trình ký', en: 'Signing program' },
  stepPair: { vi: 'Ghép nối', en: 'Pairing' },
  stepToken: { vi: 'USB ký số', en: 'Token' },
  stepSite: { vi: 'Hệ thống văn bản', en: 'Document system' },
  stepDone: { vi: 'Xong', en: 'Done' },
  stepNow: { vi: 'Làm bước này', en: 'Do this now' },
  stepLater: { vi: 'Làm sau', en: 'Later' },
  stepsDone: { vi: (count: number) => `Đã xong ${count} trên 4 bước`, en: (count: number) => `${count} of 4 steps done` },
  welcomeReadyTitle: { vi: 'Mọi thứ đã sẵn sàng', en: 'Everything is ready' },
  welcomeReadyText: {
    vi: 'Mở danh sách văn bản, bấm biểu tượng Ấn Tín trên thanh công cụ, chọn văn bản rồi bấm Xem và ký.',
    en: 'Open a list of documents, press the Ấn Tín icon in the toolbar, choose documents and press Review and sign.',
  },
} as const satisfies Record<string, Sentence>

export type InterfaceText = { readonly [Key in keyof typeof sentences]: (typeof sentences)[Key][Language] }

/** Every sentence of the interface in one language; those with values are functions of them. */
export function interfaceText(language: Language): InterfaceText {
  return texts[language]
}

function inLanguage(language: Language): InterfaceText {
  return Object.fromEntries(Object.entries(sentences).map(([key, sentence]) => [key, sentence[language]])) as unknown as InterfaceText
}

const texts: Record<Language, InterfaceText> = { vi: inLanguage('vi'), en: inLanguage('en') }
