// Long, and it should be: the table has one row per error code, and a row says what happened, what is safe and what to do next.
import type { ErrorCode, Refusal } from '../errors.ts'

export type Language = 'vi' | 'en'

/** `{fact}` stands for a fact of the refusal (`errors[code].facts`). */
const sentences = {
  'agent-unreachable': {
    vi: 'Không kết nối được chương trình ký Ấn Tín trên máy này. Chưa có văn bản nào được gửi đi. Hãy mở chương trình Ấn Tín rồi bấm Thử lại; nếu vẫn không được, báo bộ phận CNTT.',
    en: 'The Ấn Tín signing program on this PC does not answer. No document was sent. Start Ấn Tín and press Try again; if that does not help, tell the IT desk.',
  },
  'agent-not-paired': {
    vi: 'Trình duyệt này chưa được ghép nối với chương trình ký Ấn Tín. Chưa có văn bản nào được gửi đi. Hãy bấm Ghép nối và so khớp sáu chữ số.',
    en: 'This browser is not paired with the Ấn Tín signing program. No document was sent. Press Pair and compare the six digits.',
  },
  'pairing-unknown': {
    vi: 'Trình duyệt này đã ghép nối, nhưng chương trình đang trả lời ở cổng {port} không nhận ra và không chứng minh được mình là chương trình ký đó. Chưa có gì được gửi cho nó. Hãy mở chương trình Ấn Tín của bạn rồi bấm Thử lại. Chỉ ghép nối lại nếu bạn vừa cài lại Ấn Tín hoặc vừa gỡ ghép nối; nếu không, hãy báo bộ phận CNTT.',
    en: 'This browser is paired, but the program that answers on port {port} does not know it and did not prove that it is that signing program. Nothing was sent to it. Start your own Ấn Tín and press Try again. Pair again only if you have just reinstalled Ấn Tín or removed the pairing; if not, tell the IT desk.',
  },
  'agent-unproven': {
    vi: 'Một chương trình lạ đang trả lời ở cổng {port} thay cho Ấn Tín. Không có văn bản nào được gửi cho nó. Hãy báo bộ phận CNTT kiểm tra máy.',
    en: 'A program that is not Ấn Tín answers on port {port}. No document was sent to it. Ask the IT desk to check this PC.',
  },
  'version-mismatch': {
    vi: 'Phần mở rộng ({extension}) và chương trình ký ({agent}) khác phiên bản. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT cập nhật cả hai.',
    en: 'The extension ({extension}) and the signing program ({agent}) are of different versions. Nothing was signed. Ask the IT desk to update both.',
  },
  'pairing-refused': {
    vi: 'Việc ghép nối đã bị từ chối. Không có gì thay đổi. Hãy bấm Ghép nối lần nữa và chỉ đồng ý khi sáu chữ số giống nhau; nếu không có cửa sổ nào của Ấn Tín mở ra, hãy báo bộ phận CNTT.',
    en: 'The pairing was refused. Nothing has changed. Press Pair again and agree only if the six digits are the same; if no window of Ấn Tín opens, tell the IT desk.',
  },
  'pairing-expired': {
    vi: 'Đã quá hai phút mà chưa so khớp sáu chữ số. Không có gì thay đổi. Hãy bấm Ghép nối lần nữa.',
    en: 'Two minutes have passed without comparing the six digits. Nothing has changed. Press Pair again.',
  },
  'pairing-closed': {
    vi: 'Cửa sổ ghép nối đã mở nhiều lần mà không được đồng ý, nên Ấn Tín tạm không mở nữa. Không có gì thay đổi; các trình duyệt đã ghép nối vẫn dùng được. Hãy chờ mười phút hoặc khởi động lại chương trình Ấn Tín, rồi bấm Ghép nối lần nữa; nếu không phải bạn đã bấm Ghép nối, hãy báo bộ phận CNTT.',
    en: 'The pairing window was opened several times without a yes, so Ấn Tín shows no more of them for now. Nothing has changed; browsers that are paired go on working. Wait ten minutes or restart Ấn Tín, then press Pair again; if it was not you who pressed Pair, tell the IT desk.',
  },
  'message-malformed': {
    vi: 'Phần mở rộng và chương trình ký không hiểu nhau ({kind}). Văn bản đã ký vẫn được giữ nguyên. Hãy khởi động lại trình duyệt; nếu gặp lại, báo bộ phận CNTT.',
    en: 'The extension and the signing program misunderstood each other ({kind}). Signed documents are kept. Restart the browser; if it happens again, tell the IT desk.',
  },
  'sequence-broken': {
    vi: 'Kết nối với chương trình ký bị lẫn thứ tự nên đã được đóng lại. Văn bản đã ký vẫn được giữ nguyên. Phần mở rộng sẽ tự kết nối lại.',
    en: 'Messages to the signing program came out of order, so the link was closed. Signed documents are kept. The extension connects again by itself.',
  },
  'site-not-listed': {
    vi: 'Trang {site} chưa nằm trong danh sách được phép ký. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT thêm trang này.',
    en: 'The site {site} is not on the list of sites that may sign. Nothing was signed. Ask the IT desk to add it.',
  },
  'site-unreadable': {
    vi: 'Đây không phải bản mô tả hệ thống văn bản mà Ấn Tín đọc được ({reason}). Các bản mô tả đang dùng vẫn giữ nguyên. Hãy chọn đúng tệp JSON đã xuất từ Ấn Tín, hoặc nhờ bộ phận CNTT sửa lại.',
    en: 'This is no description of a document system that Ấn Tín can read ({reason}). The descriptions in use are unchanged. Choose a JSON file that Ấn Tín exported, or ask the IT desk to correct it.',
  },
  'site-fixed': {
    vi: 'Bản mô tả {name} do cơ quan quy định, không thay được trên máy này. Bản đang dùng vẫn giữ nguyên. Nếu trang đã đổi, hãy báo bộ phận CNTT.',
    en: 'The description of {name} is set by your office and cannot be replaced on this PC. It stays as it is. If the site has changed, tell the IT desk.',
  },
  'files-not-allowed': {
    vi: 'Cơ quan không cho ký tệp trên máy, chỉ ký văn bản trên hệ thống. Chưa có tệp nào được ký. Nếu cần ký, hãy hỏi bộ phận CNTT.',
    en: 'Your office allows only documents of its systems to be signed, no files of the PC. Nothing was signed. Ask the IT desk if you need it.',
  },

  'token-missing': {
    vi: 'Không thấy USB ký số nào. Chưa có văn bản nào được ký. Hãy cắm USB ký số, chờ vài giây rồi thử lại.',
    en: 'No signing token was found. Nothing was signed. Plug the token in, wait a few seconds and try again.',
  },
  'token-removed': {
    vi: 'USB ký số {token} đã bị rút ra. Các văn bản đã ký xong vẫn được giữ. Hãy cắm lại USB và bấm Ký tiếp; mã PIN sẽ được hỏi lại.',
    en: 'The token {token} was pulled out. Documents already signed are kept. Plug it in again and go on; the PIN will be asked once more.',
  },
  'token-silent': {
    vi: 'USB ký số {token} không trả lời sau {seconds} giây. Văn bản đang ký dở chưa được ký; các văn bản xong trước đó vẫn được giữ. Hãy rút ra cắm lại rồi bấm Ký tiếp.',
    en: 'The token {token} did not answer for {seconds} seconds. The document in hand was not signed; earlier ones are kept. Unplug it, plug it in again and go on.',
  },
  'token-failed': {
    vi: 'USB ký số {token} báo lỗi ({returnValue}). Văn bản đang ký dở chưa được ký; các văn bản xong trước đó vẫn được giữ. Hãy rút ra cắm lại; nếu vẫn lỗi, báo bộ phận CNTT kèm mã này.',
    en: 'The token {token} reported an error ({returnValue}). The document in hand was not signed; earlier ones are kept. Plug it in again; if the error stays, give this code to the IT desk.',
  },
  'driver-missing': {
    vi: 'Không tìm thấy trình điều khiển của USB ký số: {driver}. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT cài trình điều khiển.',
    en: 'The driver of the token was not found: {driver}. Nothing was signed. Ask the IT desk to install it.',
  },
  'driver-unusable': {
    vi: 'Trình điều khiển {driver} không dùng được ({reason}) nên đã được để riêng ra. Các USB khác vẫn ký được. Hãy nhờ bộ phận CNTT cài lại trình điều khiển này.',
    en: 'The driver {driver} cannot be used ({reason}) and was set aside. Other tokens still sign. Ask the IT desk to install this driver again.',
  },
  'key-file-missing': {
    vi: 'Không thấy tệp khóa {file}. Chưa có văn bản nào được ký. Hãy kiểm tra tệp còn ở chỗ cũ không.',
    en: 'The key file {file} is not there. Nothing was signed. Check that the file is still in its place.',
  },
  'key-file-unreadable': {
    vi: 'Tệp khóa {file} bị hỏng hoặc không phải tệp PKCS#12. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT cấp lại tệp.',
    en: 'The key file {file} is damaged or is not a PKCS#12 file. Nothing was signed. Ask the IT desk for a new copy.',
  },
  'certificate-hidden': {
    vi: 'Tệp khóa {file} chỉ cho xem chứng thư sau khi nhập mật khẩu. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT đặt tệp chứng thư cùng tên (.crt hoặc .pem) bên cạnh tệp khóa.',
    en: 'The key file {file} shows its certificate only after its password. Nothing was signed. Ask the IT desk to put the certificate beside it in a file of the same name (.crt or .pem).',
  },
  'key-missing': {
    vi: 'Chứng thư của {holder} không có khóa riêng đi kèm. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT kiểm tra USB ký số.',
    en: 'The certificate of {holder} has no private key beside it. Nothing was signed. Ask the IT desk to check the token.',
  },
  'key-too-weak': {
    vi: 'Khóa của {holder} ({key}) yếu hơn mức quy định. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT xin cấp chứng thư mới.',
    en: 'The key of {holder} ({key}) is weaker than the rules allow. Nothing was signed. Ask the IT desk for a new certificate.',
  },
  'pin-wrong': {
    vi: 'Mã PIN của {token} không đúng. Chưa có thêm văn bản nào được ký và chương trình không tự thử lại. Hãy bấm Ký và nhập lại thật cẩn thận: nhập sai nhiều lần, USB sẽ bị khóa. {triesLeft}',
    en: 'The PIN of {token} is wrong. Nothing more was signed and the program does not try again by itself. Press Sign and type it with care: too many wrong entries lock the token. {triesLeft}',
  },
  'pin-locked': {
    vi: 'USB ký số {token} đã bị khóa vì nhập sai mã PIN nhiều lần. Các văn bản đã ký xong vẫn được giữ. Hãy nhờ bộ phận CNTT mở khóa USB.',
    en: 'The token {token} is locked after too many wrong PINs. Documents already signed are kept. Ask the IT desk to unlock it.',
  },
  'pin-cancelled': {
    vi: 'Bạn đã hủy việc nhập mã PIN. Không có thêm văn bản nào được ký. Khi sẵn sàng, hãy bấm Ký lần nữa.',
    en: 'You cancelled the PIN window. Nothing more was signed. Press Sign again when you are ready.',
  },
  'pin-window-missing': {
    vi: 'Chương trình ký không mở được cửa sổ nhập mã PIN. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT cài gói pinentry.',
    en: 'The signing program cannot open its PIN window. Nothing was signed. Ask the IT desk to install pinentry.',
  },

  'certificate-missing': {
    vi: 'Không thấy chứng thư đã chọn. Chưa có văn bản nào được ký. Hãy cắm đúng USB ký số rồi chọn lại chứng thư.',
    en: 'The chosen certificate is not there. Nothing was signed. Plug in the right token and choose the certificate again.',
  },
  'certificate-expired': {
    vi: 'Chứng thư của {holder} đã hết hạn ngày {validTo}. Chưa có văn bản nào được ký. Hãy nhờ bộ phận CNTT gia hạn chứng thư.',
    en: 'The certificate of {holder} expired on {validTo}. Nothing was signed. Ask the IT desk to renew it.',
  },
  'certificate-not-yet-valid': {
    vi: 'Chứng thư của {holder} đến ngày {validFrom} mới có hiệu lực. Chưa có văn bản nào được ký. Hãy kiểm tra ngày giờ của máy, hoặc hỏi bộ phận CNTT.',
    en: 'The certificate of {holder} is valid only from {validFrom}. Nothing was signed. Check the clock of this PC, or ask the IT desk.',
  },
  'certificate-not-for-signing': {
    vi: 'Chứng thư của {holder} không được cấp để ký văn bản. Chưa có văn bản nào được ký. Hãy chọn chứng thư khác hoặc hỏi bộ phận CNTT.',
    en: 'The certificate of {holder} was not issued for signing documents. Nothing was signed. Choose another, or ask the IT desk.',
  },
  'certificate-untrusted': {
    vi: 'Chứng thư của {holder} không nối được tới chứng thư gốc nào mà máy này tin cậy. Chưa có văn bản nào thay đổi. Hãy nhờ bộ phận CNTT cài chứng thư gốc và chứng thư trung gian.',
    en: 'The certificate of {holder} leads to no root that this PC trusts. No document was changed. Ask the IT desk to install the root and intermediate certificates.',
  },
  'certificate-revoked': {
    vi: 'Chứng thư của {holder} đã bị thu hồi hoặc tạm dừng từ {revokedAt}. Chưa có văn bản nào được ký bằng chứng thư này. Hãy ngừng dùng USB ký số này và báo ngay bộ phận CNTT.',
    en: 'The certificate of {holder} was revoked or suspended at {revokedAt}. Nothing was signed with it. Stop using this token and tell the IT desk at once.',
  },
  'revocation-unknown': {
    vi: 'Chưa kiểm tra được chứng thư của {holder} có bị thu hồi hay không vì máy chủ của nơi cấp không trả lời. Chưa có văn bản nào thay đổi. Hãy thử lại sau ít phút; nếu cần ký ngay, hãy hỏi bộ phận CNTT.',
    en: 'Whether the certificate of {holder} was revoked could not be checked, as the servers of its issuer do not answer. No document was changed. Try again in a few minutes; if it cannot wait, ask the IT desk.',
  },
  'time-stamp-failed': {
    vi: 'Máy chủ cấp dấu thời gian không cấp được dấu hợp lệ ({reason}). Chữ ký đã tạo vẫn được giữ, nhưng chưa có dấu thời gian. Hãy thử lại sau; nếu vẫn lỗi, báo bộ phận CNTT kèm mã này.',
    en: 'The time-stamp server gave no valid time stamp ({reason}). A signature that was already made is kept, without a time stamp. Try again later; if it stays, give this code to the IT desk.',
  },

  'file-gone': {
    vi: 'Tệp này không còn trong trình duyệt nữa. Tệp chưa được ký. Hãy chọn lại tệp trên máy rồi ký.',
    en: 'The browser no longer holds this file. It was not signed. Choose the file on the PC again.',
  },
  'document-not-pdf': {
    vi: 'Tệp này không phải là PDF nên không ký được. Các văn bản khác không bị ảnh hưởng. Hãy chuyển văn bản sang PDF rồi tải lên lại.',
    en: 'This file is not a PDF and cannot be signed. The other documents are not affected. Convert it to PDF and upload it again.',
  },
  'document-encrypted': {
    vi: 'Văn bản này có mật khẩu bảo vệ nên chưa ký được. Các văn bản khác không bị ảnh hưởng. Hãy bỏ mật khẩu rồi tải lên lại.',
    en: 'This document is protected by a password and was not signed. The other documents are not affected. Remove the password and upload it again.',
  },
  'document-too-large': {
    vi: 'Văn bản này nặng {size}, vượt mức cho phép {limit}. Các văn bản khác không bị ảnh hưởng. Hãy quét lại ở độ phân giải thấp hơn hoặc tách phụ lục.',
    en: 'This document is {size}, more than the limit of {limit}. The other documents are not affected. Scan it at a lower resolution or split off the appendix.',
  },
  'document-unreadable': {
    vi: 'Tệp PDF này bị hỏng nên không đọc được ({reason}). Tệp gốc giữ nguyên, các văn bản khác không bị ảnh hưởng. Hãy xuất lại tệp PDF từ văn bản gốc.',
    en: 'This PDF is damaged and cannot be read ({reason}). The original is untouched and the other documents are not affected. Export the PDF again.',
  },
  'document-certified': {
    vi: 'Người ký trước đã khóa văn bản này, không cho ký thêm. Chữ ký trước vẫn còn nguyên giá trị. Nếu cần ký thêm, hãy xin lại bản chưa khóa.',
    en: 'An earlier signer locked this document against further signatures. That signature still holds. If another is needed, ask for a copy that is not locked.',
  },
  'document-locked': {
    vi: 'Chữ ký “{field}” đã có trong văn bản khóa các ô ký, nên ký thêm sẽ làm chữ ký đó mất giá trị. Văn bản chưa được ký thêm, chữ ký trước vẫn còn nguyên giá trị. Nếu cần ký thêm, hãy xin lại bản chưa khóa.',
    en: 'The earlier signature “{field}” locks the signature fields: another one would make it invalid. Nothing was added and the earlier signature still holds. If another is needed, ask for a copy that is not locked.',
  },
  'document-permissions': {
    vi: 'Người soạn đã hạn chế quyền trên văn bản này, không cho thêm chữ ký. Văn bản giữ nguyên, các văn bản khác không bị ảnh hưởng. Hãy xin bản không hạn chế quyền rồi tải lên lại.',
    en: 'The author restricted this document: no signature may be added. It was not changed and the other documents are not affected. Ask for a copy without restrictions and upload it again.',
  },
  'document-form-dynamic': {
    vi: 'Văn bản này là biểu mẫu động (XFA): phần mềm xem tự vẽ lại trang, nên nội dung ký có thể khác nội dung nhìn thấy. Văn bản chưa được ký. Hãy in biểu mẫu ra tệp PDF thường rồi tải lên lại.',
    en: 'This document is a dynamic form (XFA): viewers draw its pages anew, so what is signed could differ from what is seen. It was not signed. Print the form to a plain PDF and upload that.',
  },
  'field-missing': {
    vi: 'Văn bản này không có ô ký trống tên “{field}” (không có, đã ký, hoặc bị khóa). Văn bản chưa được ký. Hãy xem lại tên ô ký, hoặc ký mà không chọn ô.',
    en: 'This document has no empty signature field named “{field}” (it is missing, signed, or read-only). It was not signed. Check the name, or sign without naming a field.',
  },
  'field-demands': {
    vi: 'Ô ký “{field}” đòi hỏi điều mà chữ ký này không đáp ứng ({demand}). Văn bản chưa được ký. Hãy dùng đúng chứng thư mà người soạn yêu cầu, hoặc xin bản không có đòi hỏi đó.',
    en: 'The signature field “{field}” demands what this signature does not meet ({demand}). It was not signed. Use the certificate that the author asks for, or ask for a copy without that demand.',
  },
  'document-not-signed': {
    vi: 'Văn bản này chưa có chữ ký số nào. Văn bản vẫn giữ nguyên. Hãy ký văn bản trước, rồi mới bổ sung dấu thời gian và dữ liệu kiểm tra.',
    en: 'This document carries no signature. It was not changed. Sign it first, then add time stamps and evidence.',
  },
  'document-signature-broken': {
    vi: 'Chữ ký đã có trong văn bản không còn đúng: tệp đã bị sửa hoặc ghi lại sau khi ký. Văn bản chưa được ký thêm. Hãy xin tệp gốc từ nơi gửi.',
    en: 'A signature in this document no longer holds: the file was changed or rewritten after signing. Nothing was added. Ask the sender for the original file.',
  },
  'document-changed': {
    vi: 'Nội dung văn bản thay đổi trong lúc chuyển sang chương trình ký. Văn bản này chưa được ký. Hãy bấm Thử lại.',
    en: 'The document changed on its way to the signing program. It was not signed. Press Try again.',
  },
  'classified-document': {
    vi: 'Văn bản có dấu chỉ độ mật (MẬT, TỐI MẬT hoặc TUYỆT MẬT) nên không được ký qua mạng bằng Ấn Tín. Bản sao trên máy này đã được xóa. Hãy xử lý theo quy định về bảo vệ bí mật nhà nước.',
    en: 'The document bears a mark of secrecy (MẬT, TỐI MẬT or TUYỆT MẬT), so Ấn Tín does not sign it. The copy on this PC was removed. Handle it by the rules for state secrets.',
  },
  'document-duplicate': {
    vi: 'Văn bản này giống hệt “{name}” trong cùng lượt ký nên chỉ được ký một lần. Bản kia không bị ảnh hưởng. Nếu chọn nhầm, hãy chọn lại đúng văn bản.',
    en: 'This document is identical to “{name}” in the same batch and is signed only once. The other one is not affected. If you chose it by mistake, choose again.',
  },
  'place-unsure': {
    vi: 'Không chắc chỗ đặt chữ ký trên văn bản này. Văn bản chưa được ký. Hãy chỉ chỗ đặt; chỗ gợi ý là {place} (trang, trái, dưới, rộng, cao).',
    en: 'The place for the signature on this document is not certain. It was not signed. Name the place; proposed is {place} (page, left, bottom, width, height).',
  },
  'personal-signature-missing': {
    vi: 'Văn bản chưa có chữ ký số hợp lệ của người có thẩm quyền. Con dấu cơ quan chưa được đặt. Hãy trình lãnh đạo ký trước, rồi ký của cơ quan.',
    en: 'The document has no valid signature of the person in charge yet. The seal was not put on it. Have it signed by that person first, then seal it.',
  },
  'number-missing': {
    vi: 'Văn bản chưa có số hoặc ngày, tháng ban hành. Con dấu cơ quan chưa được đặt. Hãy cấp số trong hệ thống văn bản rồi ký lại.',
    en: 'The document has no number or no date yet. The seal was not put on it. Have a number given by the document system, then sign again.',
  },
  'arrival-missing': {
    vi: 'Hệ thống văn bản chưa cho biết số đến hoặc ngày đến. Dấu đến chưa được đóng. Hãy đăng ký văn bản đến trong hệ thống rồi ký lại.',
    en: 'The document system does not say the number or the day of arrival. The arrival box was not drawn. Register the arrival there, then sign again.',
  },
  'code-missing': {
    vi: 'Hệ thống văn bản chưa cho biết số, ký hiệu của văn bản mà phụ lục này kèm theo. Phụ lục chưa được ký. Hãy cấp số cho văn bản chính rồi ký lại.',
    en: 'The document system does not say number and symbol of the document that this attachment belongs to. It was not signed. Have the main document numbered, then sign again.',
  },
  'number-differs': {
    vi: 'Số, ký hiệu hoặc ngày trên văn bản ({found}) khác với hệ thống ({asked}). Văn bản chưa được ký, hoặc đã ký mà chưa gửi đi. Hãy đối chiếu lại rồi làm tiếp.',
    en: 'The number, symbol or date on the document ({found}) is not that of the document system ({asked}). It was not signed, or was signed and not sent on. Compare them, then go on.',
  },
  'key-role-wrong': {
    vi: 'Chứng thư của {holder} không dùng cho việc ký này. Văn bản chưa được ký. Hãy chọn chứng thư cá nhân để ký duyệt, chứng thư cơ quan để đóng dấu.',
    en: 'The certificate of {holder} is not meant for this act. The document was not signed. Choose a personal certificate to approve, the agency’s to seal.',
  },
  'place-outside': {
    vi: 'Vị trí vừa chọn nằm ngoài trang {page} hoặc có kích thước không dùng được. Vị trí cũ được giữ nguyên. Hãy kéo vào trong trang.',
    en: 'The place is outside page {page}, or its size cannot be used. The earlier place is kept. Move it inside the page.',
  },
  'keys-of-two-duties': {
    vi: 'Chứng thư của {holder} và của {other} không được ký chung một lượt. Chưa có văn bản nào được ký. Lãnh đạo ký duyệt bằng chứng thư của mình; văn thư cấp số bằng chứng thư của mình rồi đóng dấu cơ quan.',
    en: 'The certificates of {holder} and of {other} may not sign in one batch. Nothing was signed. The leader approves with their own certificate; the registrar numbers with theirs and then seals for the agency.',
  },
  'image-unreadable': {
    vi: 'Không đọc được ảnh chữ ký {file}. Chưa có văn bản nào được ký. Hãy chọn một tệp ảnh PNG khác rồi ký lại.',
    en: 'The signature image {file} cannot be read. Nothing was signed. Choose another PNG file and sign again.',
  },
  'image-not-picture': {
    vi: 'Tệp vừa chọn không phải ảnh PNG hay JPEG đọc được. Ảnh cũ được giữ nguyên. Hãy chọn tệp khác, hoặc lưu lại ảnh thành PNG rồi thêm lại.',
    en: 'The file is no PNG or JPEG picture that can be read. The earlier picture is kept. Choose another file, or save the picture as PNG and add it again.',
  },
  'image-missing': {
    vi: 'Chưa có ảnh chữ ký của {holder}. Chưa có văn bản nào được ký. Hãy thêm ảnh chữ ký trong phần Cài đặt rồi ký lại.',
    en: 'There is no picture of the signature of {holder} yet. Nothing was signed. Add it in the settings, then sign again.',
  },
  'image-too-large': {
    vi: 'Tệp ảnh lớn quá {limit} hoặc có quá nhiều điểm ảnh. Ảnh cũ được giữ nguyên. Hãy thu nhỏ ảnh rồi thêm lại.',
    en: 'The picture is larger than {limit} or has too many pixels. The earlier picture is kept. Make it smaller and add it again.',
  },
  'image-not-blue': {
    vi: 'Ảnh chữ ký không phải mực xanh. Ảnh cũ được giữ nguyên. Nghị định 30/2020/NĐ-CP quy định ảnh chữ ký màu xanh; hãy chọn ảnh khác.',
    en: 'The signature in the picture is not blue. The earlier picture is kept. Decree 30/2020/NĐ-CP asks for blue; choose another picture.',
  },
  'image-not-red': {
    vi: 'Ảnh con dấu không phải mực đỏ. Ảnh cũ được giữ nguyên. Nghị định 30/2020/NĐ-CP quy định con dấu màu đỏ; hãy chọn ảnh khác.',
    en: 'The seal in the picture is not red. The earlier picture is kept. Decree 30/2020/NĐ-CP asks for red; choose another picture.',
  },
  'image-not-clear': {
    vi: 'Ảnh không có nền trong suốt hay nền trắng nên sẽ che chữ trên văn bản. Ảnh cũ được giữ nguyên. Hãy chọn ảnh PNG nền trong suốt, hoặc ảnh chụp trên giấy trắng.',
    en: 'The picture has neither a transparent nor a white ground and would cover the text. The earlier picture is kept. Choose a PNG with a transparent ground, or a scan on white paper.',
  },
  'image-not-round': {
    vi: 'Ảnh con dấu không cân (chiều rộng khác chiều cao), nên không đặt được đúng kích thước thật. Ảnh cũ được giữ nguyên. Hãy cắt ảnh sát vành dấu rồi thêm lại.',
    en: 'The seal in the picture is not as wide as it is high, so it cannot be put in its real size. The earlier picture is kept. Cut it close to the rim of the seal and add it again.',
  },
  'image-refused': {
    vi: 'Ảnh chưa được thay đổi, vì chưa được đồng ý trong cửa sổ của Ấn Tín. Ảnh cũ được giữ nguyên. Nếu chính bạn muốn đổi, hãy làm lại và bấm đồng ý.',
    en: 'The picture was not changed, since nobody agreed in the window of Ấn Tín. The earlier picture is kept. If you wanted to change it, do it again and agree.',
  },
  'signature-rejected': {
    vi: 'Chữ ký vừa tạo không qua được bước kiểm tra ({reason}) nên đã bị bỏ. Văn bản gốc giữ nguyên. Hãy bấm Thử lại; nếu gặp lại, báo bộ phận CNTT.',
    en: 'The new signature did not pass the check ({reason}) and was thrown away. The original is untouched. Press Try again; if it happens again, tell the IT desk.',
  },

  'batch-empty': {
    vi: 'Chưa có văn bản nào để ký. Không có gì thay đổi. Hãy chọn ít nhất một văn bản.',
    en: 'There is no document to sign. Nothing has changed. Choose at least one.',
  },
  'batch-too-large': {
    vi: 'Bạn đã chọn {count} văn bản, mỗi lượt ký nhiều nhất {limit}. Chưa có văn bản nào được ký. Hãy chia thành nhiều lượt.',
    en: 'You chose {count} documents; a batch takes at most {limit}. Nothing was signed. Split it into several batches.',
  },
  'batches-too-many': {
    vi: 'Đang có {limit} lượt ký chưa xong nên không mở thêm được. Không văn bản nào bị mất. Hãy ký tiếp hoặc hủy bớt các lượt ký cũ rồi thử lại.',
    en: '{limit} batches are not finished yet, so no other can be opened. No document is lost. Go on with the old ones or cancel them, then try again.',
  },
  'batch-busy': {
    vi: 'USB ký số đang dùng cho một lượt ký khác. Lượt đó không bị ảnh hưởng. Hãy chờ lượt đó xong hoặc hủy nó rồi ký lại.',
    en: 'The token is busy with another batch. That batch is not affected. Wait until it ends, or cancel it, and sign again.',
  },
  'batch-unknown': {
    vi: 'Chương trình ký không còn giữ lượt ký này. Các văn bản chưa trả về vẫn nằm trong danh sách chưa trả. Hãy chọn lại những văn bản còn thiếu.',
    en: 'The signing program no longer knows this batch. Signed documents that were not returned are still listed. Choose the missing ones again.',
  },
  'batch-stopped': {
    vi: 'Lượt ký đã dừng trước khi tới văn bản này. Văn bản chưa được ký. Hãy xem lý do dừng ở trên rồi bấm Ký tiếp.',
    en: 'The batch stopped before it came to this document. It was not signed. See above why, and go on.',
  },
  'consent-expired': {
    vi: 'Đã quá năm phút kể từ lần ký cuối nên việc đồng ý ký hết hiệu lực. Các văn bản đã ký xong vẫn được giữ. Hãy bấm Ký tiếp và nhập lại mã PIN.',
    en: 'More than five minutes have passed since the last signature, so your consent has ended. Documents already signed are kept. Go on and type the PIN again.',
  },
  'cancelled': {
    vi: 'Bạn đã hủy lượt ký. Các văn bản đã ký xong vẫn được giữ, các văn bản còn lại không bị thay đổi. Khi cần, hãy chọn và ký lại.',
    en: 'You cancelled the batch. Documents already signed are kept, the others are unchanged. Choose them and sign again when you need to.',
  },
  'skipped': {
    vi: 'Bạn đã bỏ qua văn bản này. Văn bản không bị thay đổi. Khi cần, hãy ký lại.',
    en: 'You left this document out. It is unchanged. Sign it again when you need to.',
  },

  'login-expired': {
    vi: 'Phiên đăng nhập ở {site} đã hết. Văn bản đã ký (nếu có) vẫn được giữ ở máy này. Hãy đăng nhập lại rồi bấm Thử lại.',
    en: 'Your login at {site} has expired. A signed document, if there is one, is kept on this PC. Log in again and press Try again.',
  },
  'document-elsewhere': {
    vi: 'Trang dẫn tới tệp ở {site}, không phải nơi mà hệ thống này được lấy văn bản. Tệp không được tải về và chưa được ký. Hãy báo bộ phận CNTT.',
    en: 'The page leads to a file at {site}, where this system may not take documents from. It was not downloaded and not signed. Tell the IT desk.',
  },
  'download-failed': {
    vi: 'Không tải được văn bản từ hệ thống ({status}). Văn bản này chưa được ký. Hãy mở thử văn bản trên trang rồi bấm Thử lại.',
    en: 'The document could not be downloaded from the system ({status}). It was not signed. Try to open it on the page, then press Try again.',
  },
  'upload-failed': {
    vi: 'Hệ thống không nhận tệp đã ký ({status}). Tệp đã ký vẫn được giữ ở máy này. Hãy bấm Thử lại, hoặc lưu tệp ra máy và tải lên bằng tay.',
    en: 'The system did not take the signed file ({status}). The signed file is kept on this PC. Press Try again, or save the file and upload it by hand.',
  },
  'delivery-elsewhere': {
    vi: 'Trang muốn gửi tệp đã ký sang {site}, không phải hệ thống nơi văn bản được lấy. Tệp chưa được gửi đi và vẫn được giữ ở máy này. Hãy lưu tệp ra máy và báo bộ phận CNTT.',
    en: 'The page wants the signed file sent to {site}, which is not the system that the document came from. It was not sent and is kept on this PC. Save the file and tell the IT desk.',
  },
  'delivery-unconfirmed': {
    vi: 'Chưa xác nhận: đã gửi tệp đã ký nhưng chưa rõ hệ thống đã nhận hay chưa. Tệp vẫn được giữ ở máy này. Hãy mở văn bản trên trang để xem; nếu đã có chữ ký, bấm Đã thấy trong hệ thống.',
    en: 'Not confirmed: the signed file was sent, but it is not known whether the system has it. The file is kept on this PC. Look at the document on the page; if it is signed there, press Seen in the system.',
  },
  'delivery-altered': {
    vi: 'Hệ thống làm hỏng chữ ký: tệp mà hệ thống đang lưu không còn nguyên như đã ký. Bản đúng vẫn được giữ ở máy này. Hãy lưu bản đúng ra máy và báo bộ phận CNTT.',
    en: 'The system broke the signature: the file that it holds is no longer what was signed. The good copy is kept on this PC. Save the good copy and tell the IT desk.',
  },
  'send-refused': {
    vi: 'Hệ thống không cho gửi tiếp ({said}). Văn bản đã ký và đã trả về hệ thống. Hãy mở văn bản trên trang để xem lý do, rồi bấm Gửi lại.',
    en: 'The system did not let the document be sent on ({said}). It is signed and back in the system. Look at it on the page, then press Send again.',
  },
  'send-unconfirmed': {
    vi: 'Chưa rõ hệ thống đã gửi văn bản đi hay chưa, nên Ấn Tín không gửi lại. Văn bản đã ký vẫn an toàn. Hãy mở văn bản trên trang để xem; nếu chưa gửi, bấm Gửi lại.',
    en: 'It is not known whether the system sent the document on, so it is not sent again. The signed document is safe. Look at it on the page; if it was not sent, press Send again.',
  },
  'issue-unsigned': {
    vi: 'Văn bản chưa đủ chữ ký của người có thẩm quyền và của cơ quan, nên chưa được phát hành. Văn bản đã ký vẫn an toàn. Hãy xem lại các chữ ký trên văn bản.',
    en: 'The document lacks the signature of the person in charge or of the agency, so it was not issued. What was signed is safe. Look at its signatures.',
  },
  'attachments-unsigned': {
    vi: 'Còn tệp kèm theo chưa ký ({said}), nên văn bản chưa được gửi đi. Văn bản đã ký vẫn an toàn. Hãy ký tệp kèm theo, rồi bấm Gửi lại.',
    en: 'An attachment is not signed yet ({said}), so the document was not sent on. What was signed is safe. Sign the attachment, then press Send again.',
  },
  'page-gone': {
    vi: 'Trang {site} của lượt ký này đã đóng nên chưa lấy, chưa trả hoặc chưa gửi tiếp được văn bản. Những gì đã ký vẫn an toàn. Hãy mở lại trang rồi bấm Thử lại.',
    en: 'The page of {site} for this batch was closed, so the document could not be fetched, returned or sent on. What was signed is safe. Open the page again and press Try again.',
  },

  'disk-full': {
    vi: 'Ổ đĩa của máy này đã đầy. Các văn bản đã ký xong vẫn được giữ. Hãy nhờ bộ phận CNTT dọn ổ đĩa rồi bấm Ký tiếp.',
    en: 'The disk of this PC is full. Documents already signed are kept. Ask the IT desk to free some space, then go on.',
  },
  'folder-unwritable': {
    vi: 'Không ghi được vào thư mục {folder}. Các văn bản đã ký xong vẫn được giữ. Hãy nhờ bộ phận CNTT kiểm tra quyền của thư mục.',
    en: 'The folder {folder} cannot be written. Documents already signed are kept. Ask the IT desk to check its permissions.',
  },
  'unexpected': {
    vi: 'Có lỗi mà chương trình không lường trước. Các văn bản đã ký xong vẫn được giữ. Hãy bấm Thử lại; nếu gặp lại, báo bộ phận CNTT.',
    en: 'Something went wrong that the program did not expect. Documents already signed are kept. Press Try again; if it happens again, tell the IT desk.',
  },
} as const satisfies Record<ErrorCode, Record<Language, string>>

/** The sentence for a person, with the facts of this case filled in. */
export function errorText({ code, facts }: Refusal, language: Language): string {
  return sentences[code][language].replaceAll(/\{(\w+)\}/g, (_, fact: string) => timeText(facts[fact] ?? '', language)).trim()
}

/** A UTC time of ISO 8601 as a clock in Vietnam shows it (always +07:00); any other fact as it is. */
function timeText(fact: string, language: Language): string {
  if (!/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(fact)) return fact
  const [day = '', hour = ''] = new Date(Date.parse(fact) + 7 * 3_600_000).toISOString().split('T')
  return `${hour.slice(0, 5)} ${language === 'vi' ? 'ngày' : 'on'} ${day.split('-').toReversed().join('/')}`
}

/** The sentence before its facts are filled in, for the test that holds text and table together. */
export function errorTemplate(code: ErrorCode, language: Language): string {
  return sentences[code][language]
}
