/*
 * The window of Ấn Tín on Windows: a pinentry. It speaks the part of the Assuan protocol that agent/window/pinentry.ts
 * uses, over standard input and output: SETTITLE, SETDESC, SETPROMPT, SETERROR, SETOK, SETCANCEL, OPTION, RESET, NOP,
 * GETPIN, CONFIRM, MESSAGE, BYE. Texts are UTF-8 with percent escapes; lines may end in LF or CRLF.
 *
 * The PIN goes from the edit control to the pipe and is wiped at once; it is in no file, argument or log.
 * Build: packaging/windows/build-pin-dialog.sh
 */
#define UNICODE
#define _UNICODE
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 1024
#define TEXT_UNITS 2048
#define PIN_UNITS 256

/* Codes of libgpg-error, with Pinentry as their source, as the other pinentries send them. */
#define CANCELLED "ERR 83886179 Operation cancelled <Pinentry>"
#define NOT_CONFIRMED "ERR 83886194 Not confirmed <Pinentry>"
#define UNKNOWN_COMMAND "ERR 83886355 Unknown IPC command <Pinentry>"
#define NO_WINDOW "ERR 83886166 No window <Pinentry>"

enum { ID_DESCRIPTION = 100, ID_ERROR, ID_PROMPT, ID_PIN };
enum kind { ASK_PIN, ASK_YES, TELL };

static WCHAR title[TEXT_UNITS], description[TEXT_UNITS], prompt[TEXT_UNITS], error_line[TEXT_UNITS], ok_text[TEXT_UNITS], cancel_text[TEXT_UNITS];
static WCHAR pin[PIN_UNITS];
/* The buffer of stdout is ours, so that the PIN can be wiped from it as well. */
static char output[PIN_UNITS * 12 + LINE_BYTES];
static enum kind shown;

/* Assuan */

static void say(const char *line) {
  fputs(line, stdout);
  fputc('\n', stdout);
  fflush(stdout);
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent escapes are decoded in place; a sequence that is none stays as it is. */
static void unescape(char *text) {
  char *out = text;
  for (; *text; text++) {
    int high = *text == '%' ? hex_digit(text[1]) : -1, low = high < 0 ? -1 : hex_digit(text[2]);
    if (low < 0) {
      *out++ = *text;
      continue;
    }
    *out++ = (char)(high << 4 | low);
    text += 2;
  }
  *out = 0;
}

static void set_text(WCHAR *target, char *argument) {
  unescape(argument);
  if (!MultiByteToWideChar(CP_UTF8, 0, argument, -1, target, TEXT_UNITS)) *target = 0;
}

/* A data line: everything that could end it or begin an escape is escaped. */
static void say_pin(void) {
  char bytes[PIN_UNITS * 4];
  int length = WideCharToMultiByte(CP_UTF8, 0, pin, -1, bytes, sizeof bytes, NULL, NULL) - 1;
  fputs("D ", stdout);
  for (int i = 0; i < length; i++) {
    if (bytes[i] == '%' || bytes[i] == '\r' || bytes[i] == '\n') printf("%%%02X", (unsigned char)bytes[i]);
    else fputc(bytes[i], stdout);
  }
  fputc('\n', stdout);
  say("OK");
  SecureZeroMemory(bytes, sizeof bytes);
  SecureZeroMemory(pin, sizeof pin);
  SecureZeroMemory(output, sizeof output);
}

/* The window: laid out anew for every question, in pixels of the screen's own scale. */

struct layout {
  HWND window;
  HFONT font;
  HDC device;
  int unit, width, y;
};

static int scaled(int at96) {
  HDC screen = GetDC(NULL);
  int dpi = GetDeviceCaps(screen, LOGPIXELSX);
  ReleaseDC(NULL, screen);
  return MulDiv(at96, dpi, 96);
}

static int height_of(struct layout *l, const WCHAR *text) {
  RECT box = {0, 0, l->width, 0};
  DrawTextW(l->device, text, -1, &box, DT_CALCRECT | DT_WORDBREAK | DT_NOPREFIX | DT_EDITCONTROL);
  return box.bottom;
}

static HWND add(struct layout *l, const WCHAR *class, const WCHAR *text, DWORD style, int id, int x, int width, int height) {
  DWORD edge = lstrcmpW(class, L"EDIT") ? 0 : WS_EX_CLIENTEDGE;
  HWND control = CreateWindowExW(edge, class, text, WS_CHILD | WS_VISIBLE | style, x, l->y, width, height, l->window, (HMENU)(INT_PTR)id, GetModuleHandleW(NULL), NULL);
  SendMessageW(control, WM_SETFONT, (WPARAM)l->font, TRUE);
  return control;
}

static void add_text(struct layout *l, const WCHAR *text, int id) {
  if (!*text) return;
  int height = height_of(l, text);
  add(l, L"STATIC", text, SS_LEFT | SS_NOPREFIX | SS_EDITCONTROL, id, 2 * l->unit, l->width, height);
  l->y += height + l->unit;
}

static void add_buttons(struct layout *l) {
  int width = 11 * l->unit, height = 3 * l->unit, right = l->width + 2 * l->unit;
  const WCHAR *ok = *ok_text ? ok_text : L"OK";
  if (shown != TELL) add(l, L"BUTTON", *cancel_text ? cancel_text : L"Cancel", WS_TABSTOP, IDCANCEL, right - width, width, height);
  add(l, L"BUTTON", ok, WS_TABSTOP | BS_DEFPUSHBUTTON, IDOK, right - width * (shown == TELL ? 1 : 2) - (shown == TELL ? 0 : l->unit), width, height);
  l->y += height + 2 * l->unit;
}

static void place_window(struct layout *l) {
  RECT box = {0, 0, l->width + 4 * l->unit, l->y}, screen;
  AdjustWindowRectEx(&box, (DWORD)GetWindowLongW(l->window, GWL_STYLE), FALSE, (DWORD)GetWindowLongW(l->window, GWL_EXSTYLE));
  SystemParametersInfoW(SPI_GETWORKAREA, 0, &screen, 0);
  int width = box.right - box.left, height = box.bottom - box.top;
  SetWindowPos(l->window, HWND_TOPMOST, (screen.left + screen.right - width) / 2, (screen.top + screen.bottom - height) / 3, width, height, SWP_SHOWWINDOW);
}

static void fill_window(HWND window) {
  NONCLIENTMETRICSW metrics = {.cbSize = sizeof metrics};
  SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, sizeof metrics, &metrics, 0);
  struct layout l = {.window = window, .font = CreateFontIndirectW(&metrics.lfMessageFont), .unit = scaled(9), .width = scaled(430)};
  l.y = 2 * l.unit;
  l.device = GetDC(window);
  HGDIOBJ before = SelectObject(l.device, l.font);
  SetWindowTextW(window, title);
  add_text(&l, description, ID_DESCRIPTION);
  add_text(&l, error_line, ID_ERROR);
  if (shown == ASK_PIN) {
    add_text(&l, prompt, ID_PROMPT);
    HWND edit = add(&l, L"EDIT", L"", ES_PASSWORD | ES_AUTOHSCROLL | WS_TABSTOP, ID_PIN, 2 * l.unit, l.width, scaled(26));
    SendMessageW(edit, EM_SETLIMITTEXT, PIN_UNITS - 1, 0);
    l.y += scaled(26) + 2 * l.unit;
  }
  add_buttons(&l);
  SelectObject(l.device, before);
  ReleaseDC(window, l.device);
  place_window(&l);
  SetWindowLongPtrW(window, GWLP_USERDATA, (LONG_PTR)l.font);
  SetForegroundWindow(window);
  SetFocus(GetDlgItem(window, shown == ASK_PIN ? ID_PIN : IDOK));
}

static void take_answer(HWND window, WORD button) {
  if (button == IDOK && shown == ASK_PIN) {
    GetDlgItemTextW(window, ID_PIN, pin, PIN_UNITS);
    /* The control keeps its own copy until it is told otherwise. */
    SetDlgItemTextW(window, ID_PIN, L"");
  }
  if (button == IDOK || button == IDCANCEL) EndDialog(window, button);
}

static INT_PTR CALLBACK on_message(HWND window, UINT message, WPARAM wide, LPARAM other) {
  switch (message) {
    case WM_INITDIALOG:
      fill_window(window);
      return FALSE;
    case WM_CTLCOLORSTATIC:
      if (GetDlgCtrlID((HWND)other) != ID_ERROR) return FALSE;
      SetTextColor((HDC)wide, RGB(176, 0, 32));
      SetBkMode((HDC)wide, TRANSPARENT);
      return (INT_PTR)GetSysColorBrush(COLOR_3DFACE);
    case WM_COMMAND:
      take_answer(window, LOWORD(wide));
      return TRUE;
    case WM_DESTROY:
      DeleteObject((HGDIOBJ)GetWindowLongPtrW(window, GWLP_USERDATA));
      return FALSE;
    default:
      return FALSE;
  }
}

/*
 * An empty template: the controls are made when the texts are known. It is not visible by itself, since a program may be
 * started with orders to hide its first window, and this one is shown whatever those say.
 */
static INT_PTR show(enum kind kind) {
  static struct {
    DLGTEMPLATE dialog;
    WORD menu, class, title;
  } template = {{WS_POPUP | WS_CAPTION | WS_SYSMENU | DS_MODALFRAME | DS_SETFOREGROUND, WS_EX_TOPMOST, 0, 0, 0, 200, 100}, 0, 0, 0};
  shown = kind;
  INT_PTR answer = DialogBoxIndirectParamW(GetModuleHandleW(NULL), &template.dialog, NULL, on_message, 0);
  *error_line = 0;
  return answer;
}

static void answer_question(enum kind kind) {
  INT_PTR answer = show(kind);
  if (answer != IDOK && answer != IDCANCEL) say(NO_WINDOW);
  else if (answer == IDOK && kind == ASK_PIN) say_pin();
  else if (answer == IDOK || kind == TELL) say("OK");
  else say(kind == ASK_PIN ? CANCELLED : NOT_CONFIRMED);
}

static void reset(void) {
  *title = *description = *prompt = *error_line = *ok_text = *cancel_text = 0;
}

struct setting {
  const char *command;
  WCHAR *target;
};

static const struct setting settings[] = {
  {"SETTITLE", title}, {"SETDESC", description}, {"SETPROMPT", prompt}, {"SETERROR", error_line}, {"SETOK", ok_text}, {"SETCANCEL", cancel_text},
};

static void obey(char *command, char *argument) {
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
    if (lstrcmpiA(command, settings[i].command)) continue;
    set_text(settings[i].target, argument);
    return say("OK");
  }
  if (!lstrcmpiA(command, "GETPIN")) return answer_question(ASK_PIN);
  if (!lstrcmpiA(command, "CONFIRM")) return answer_question(ASK_YES);
  if (!lstrcmpiA(command, "MESSAGE")) return answer_question(TELL);
  if (!lstrcmpiA(command, "RESET")) reset();
  else if (lstrcmpiA(command, "OPTION") && lstrcmpiA(command, "NOP")) return say(UNKNOWN_COMMAND);
  say("OK");
}

int main(void) {
  static char line[LINE_BYTES];
  SetProcessDPIAware();
  /* No CR is added to what we say, and none is needed in what we hear. */
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
  setvbuf(stdout, output, _IOFBF, sizeof output);
  say("OK Pleased to meet you");
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\r\n")] = 0;
    char *argument = strchr(line, ' ');
    if (argument) *argument++ = 0;
    if (!lstrcmpiA(line, "BYE")) break;
    obey(line, argument ? argument : line + strlen(line));
  }
  say("OK closing connection");
  return 0;
}
